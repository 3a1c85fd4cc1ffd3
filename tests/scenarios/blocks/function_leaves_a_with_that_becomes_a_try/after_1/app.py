import contextlib


@contextlib.contextmanager
def managed():
    yield


for _ in range(1):
    try:
        pass
    finally:
        pass


class Box:
    size = 1

    def work(value, default=46):
        step = value + default
        return step
