import scenario_driver
import lib


def work():
    return "old", lib.help()


class Box:
    def get(self):
        return "old get"


box = Box()
LIMIT = 1
scenario_driver.serve()
