def hold(app):
    class Child(app.Robot):
        pass

    return app.Robot(), Child(), app.Robot().name


def probe(app, held):
    robot, child, name = held
    print(robot.walk(), robot.name(), child.name(), name.__func__.__qualname__)
    if hasattr(robot, "run"):
        print(robot.run(), child.run(), child.make().speed, len(child), robot + robot)
        print(robot.run.__qualname__, robot.run.__module__)
