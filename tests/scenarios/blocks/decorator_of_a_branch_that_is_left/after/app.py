import contextlib


def passing(function):
    return function


@contextlib.contextmanager
def managed():
    yield


BASES = [1, 2]
if True:
    pass
else:
    @passing
    def work():
        return 2

if True:
    pass
else:
    with managed():
        @passing
        def work_with():
            return 2

if len(BASES) == 2:
    @passing
    def stays():
        return 2
