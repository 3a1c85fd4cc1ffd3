import scenario_driver


def toil(turns):
    found = ["new"]
    for turn in range(turns):
        found.append(turn)
    return found


while scenario_driver.step():
    turn = toil(1)
