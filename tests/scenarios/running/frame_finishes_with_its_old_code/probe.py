import threading


def hold(app):
    started, go_on, log = threading.Event(), threading.Event(), []

    def wait():
        started.set()
        go_on.wait(30)

    thread = threading.Thread(target=lambda: log.append(app.work(wait, log)), daemon=True)
    thread.start()
    started.wait(30)
    return {"thread": thread, "go on": go_on, "log": log, "probes": 0}


def probe(app, held):
    held["probes"] += 1
    if held["probes"] == 2:
        held["go on"].set()
        held["thread"].join(30)
    log = []
    print(held["log"], app.work(lambda: None, log), log)
