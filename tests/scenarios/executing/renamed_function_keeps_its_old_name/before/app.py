import scenario_driver


def work(turns):
    found = ["old"]
    for turn in range(turns):
        found.append(turn)
    return found


while scenario_driver.step():
    turn = work(1)
