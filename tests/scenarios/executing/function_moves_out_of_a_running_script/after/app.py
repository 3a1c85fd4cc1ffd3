import scenario_driver
import helpers


while scenario_driver.step():
    turn = helpers.work(1)
