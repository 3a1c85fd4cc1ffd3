import sys

import scenario_driver


def work():
    return "new work"


if __name__ == "__main__":
    import app

    scenario_driver.serve()
