import queue
import threading


def hold(app):
    asked, answered = queue.Queue(), queue.Queue()

    def serve():
        local = threading.local()
        local.work = app.work
        kept = app.work
        while True:
            number = asked.get()
            answered.put((local.work(number), kept(number)))

    threading.Thread(target=serve, daemon=True).start()
    return asked, answered


def probe(app, held):
    asked, answered = held
    asked.put(3)
    print(answered.get(timeout=10))
