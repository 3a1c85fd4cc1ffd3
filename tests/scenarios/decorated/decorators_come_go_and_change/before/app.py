import functools

log = []


def loud(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        return function(*args, **kwargs).upper()

    return wrapper


def times(number):
    def decorate(function):
        @functools.wraps(function)
        def wrapper(*args, **kwargs):
            return function(*args, **kwargs) * number

        return wrapper

    return decorate


def plain(name, seen=[]):
    """Plain."""
    seen.append(name)
    return "plain " + name + str(len(seen))


@loud
def gone(name):
    return "gone " + name


@times(2)
def changed(name):
    return "changed " + name


@loud
@times(2)
def ordered(name):
    return "o" + name


class Shop:
    def method(self, name):
        return "method " + name

    @loud
    def loses(self):
        return "loses"

    @property
    def size(self):
        return "size"

    @staticmethod
    def helper(name):
        return "helper " + name

    @classmethod
    def make(cls):
        return cls.__name__ + " made"


async def later():
    return "later"
