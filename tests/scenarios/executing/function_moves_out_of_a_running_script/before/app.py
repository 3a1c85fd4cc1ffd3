import scenario_driver
import helpers


def work(turns):
    found = ["before", __name__]
    for turn in range(turns):
        found.append(turn)
    return found


while scenario_driver.step():
    turn = work(1)
