import scenario_driver


def work():
    return "old"


while scenario_driver.step():
    pass

try:
    BELOW = "old below"
except ImportError:
    BELOW = "none"

if work() == "old":
    CHOSEN = "old"
