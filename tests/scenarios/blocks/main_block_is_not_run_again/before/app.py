import scenario_driver

runs = []


def work():
    return "old work"


if __name__ == "__main__":
    runs.append("old run")
    scenario_driver.serve()
