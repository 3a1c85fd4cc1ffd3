import sys


def probe(app, held):
    twin = sys.modules["app"]
    print(app.__name__, app.work(), twin.__name__, twin.work(), twin is app)
