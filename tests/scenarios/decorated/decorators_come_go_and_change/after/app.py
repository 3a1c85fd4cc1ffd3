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


@loud
def plain(name, seen=[]):
    """Plain."""
    seen.append(name)
    return "plain " + name + str(len(seen))


def gone(name):
    return "gone " + name


@times(3)
def changed(name, more="!"):
    return "changed " + name + more


@times(2)
@loud
def ordered(name):
    return "o" + name


class Shop:
    @loud
    def method(self, name):
        return "method " + name

    def loses(self):
        return "loses now"

    @property
    @loud
    def size(self):
        return "size"

    @staticmethod
    @loud
    def helper(name):
        return "helper " + name

    @classmethod
    @loud
    def make(cls):
        return cls.__name__ + " made"


def waiting(function):
    @functools.wraps(function)
    async def wrapper():
        return "waited for " + await function()

    return wrapper


@waiting
async def later():
    return "later"
