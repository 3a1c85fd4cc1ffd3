import threading


def hold(app):
    done = []
    timer = threading.Timer(0, lambda: None)
    timer.function = lambda: done.append(app.helper())
    return timer, done, app.opened


def probe(app, held):
    timer, done, opened = held
    with opened("file") as file:
        print(file)
    print(app.Version(1) >= app.Version(2), sorted([2, 3, 1], key=app.ORDER), app.MOCK())
    timer.function()
    print(done.pop())
