import scenario_driver

runs = []


def work():
    return "new work"


if __name__ == "__main__":
    runs.append("new run")
    scenario_driver.serve()
