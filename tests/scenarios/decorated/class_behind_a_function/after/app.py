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
    size = 2

    def show(self):
        return f"thing of {self.size}"


kept = Thing()
