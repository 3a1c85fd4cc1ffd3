import contextlib


def passing(function):
    return function


@contextlib.contextmanager
def managed():
    yield


BASES = [1, 2]
if not BASES:
    pass
else:
    def work():
        return 1

if not BASES:
    pass
else:
    with managed():
        def work_with():
            return 1

if BASES:
    def stays():
        return 1
