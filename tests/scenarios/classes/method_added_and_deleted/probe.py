def hold(app):
    class Child(app.Robot):
        pass

    return app.Robot(), Child()


def probe(app, held):
    robot, child = held
    print(robot.walk(), robot.name(), child.name())
    if hasattr(robot, "run"):
        print(robot.run(), child.run(), child.make().speed, len(child), robot + robot)
        print(robot.run.__qualname__, robot.run.__module__)
