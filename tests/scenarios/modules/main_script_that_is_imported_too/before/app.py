import sys

import scenario_driver


def work():
    return "old work"


if __name__ == "__main__":
    import app

    scenario_driver.serve()
