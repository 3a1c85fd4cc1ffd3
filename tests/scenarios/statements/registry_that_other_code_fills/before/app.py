from collections import defaultdict

known = {}
handlers = []
seen = set()
groups = defaultdict(list)
empty = {}
numbers = {"one": 1}


class Locale:
    names = ()
    cache = {}

    def __init_subclass__(cls):
        for name in cls.names:
            known[name] = cls
        seen.add(cls)
        Locale.cache[cls.__name__] = len(cls.names)


class English(Locale):
    names = ("en", "en_us")


class French(Locale):
    names = ("fr", "fr_ca", "fr_be")


def handler(function):
    handlers.append(function)
    groups[function.__name__[0]].append(function)
    return function


@handler
def first():
    pass
