import scenario_driver


def work():
    return "new"


while scenario_driver.step():
    pass

try:
    BELOW = "new below"
except ImportError:
    BELOW = "none"

if work() == "old":
    CHOSEN = "new"
    MORE = 1
