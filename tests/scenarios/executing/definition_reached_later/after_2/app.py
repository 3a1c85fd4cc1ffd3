import scenario_driver


def other():
    return "new other"


scenario_driver.step()
scenario_driver.step()


def later():
    return "new later"


class Late:
    def method(self):
        return "new method"


scenario_driver.serve()
