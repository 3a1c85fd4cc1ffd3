import scenario_driver

ABOVE = "new above"


def work():
    return "new"


while scenario_driver.step():
    pass

BELOW = "new below"
