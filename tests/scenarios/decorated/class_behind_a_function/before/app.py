import functools


def old(message):
    def decorate(cls):
        @functools.wraps(cls)
        def make(*args):
            log.append(message)
            return cls(*args)

        return make

    return decorate


log = []


@old("use Other")
class Thing:
    size = 1

    def show(self):
        return "thing"


kept = Thing()
