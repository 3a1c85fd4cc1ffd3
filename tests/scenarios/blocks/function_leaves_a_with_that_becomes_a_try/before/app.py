import contextlib


@contextlib.contextmanager
def managed():
    yield


for _ in range(1):
    with managed():
        def work(value, default=46):
            step = value + default
            return step


class Box:
    size = 1
