import scenario_driver
import lib


def work():
    return "new", lib.help(), added()


class Box:
    def get(self):
        return "new get"


def added():
    return added.__module__


box = Box()
LIMIT = 2
scenario_driver.serve()
