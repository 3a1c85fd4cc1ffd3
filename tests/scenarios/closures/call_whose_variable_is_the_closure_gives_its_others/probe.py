import threading


def hold(app):
    go_on, started, inners = threading.Event(), threading.Semaphore(0), []

    def wait(inner):
        inners.append(inner)
        started.release()
        go_on.wait(30)

    for rate in (3, 4):
        threading.Thread(target=app.loop, args=(rate, wait), daemon=True).start()
        started.acquire(timeout=30)
    calls = [app.waits(5), app.waits(6), app.around(7)(), app.Server().serve(8)]
    inners.extend([next(call) for call in calls])
    return inners, calls, go_on


def probe(app, held):
    print([inner(10) for inner in held[0]])
