import scenario_driver


def work():
    return "old"


class Box:
    size = 1

    def get(self):
        return "old get"


box = Box()
while scenario_driver.step():
    turn = work()
