import scenario_driver


def other():
    return "old other"


scenario_driver.step()
scenario_driver.step()


def later():
    return "old later"


class Late:
    def method(self):
        return "old method"


scenario_driver.serve()
