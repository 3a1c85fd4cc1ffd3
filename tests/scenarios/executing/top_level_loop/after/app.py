import scenario_driver


def work():
    return "new"


class Box:
    size = 2

    def get(self):
        return "new get"


box = Box()
while scenario_driver.step():
    turn = work()
