import scenario_driver

ABOVE = "old above"


def work():
    return "old"


while scenario_driver.step():
    pass

BELOW = "old below"
