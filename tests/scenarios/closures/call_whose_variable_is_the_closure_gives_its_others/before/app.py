def loop(rate, wait):
    def inner(number):
        return number * 2

    (lambda: rate)()
    wait(inner)


def waits(rate):
    def inner(number):
        return number * 2

    def shares():
        return rate, inner

    del shares
    yield inner


def around(rate):
    def middle():
        def inner(number):
            return number * 2

        (lambda: rate)()
        yield inner

    return middle


class Server:
    def serve(self, rate):
        def inner(number):
            return number * 2

        (lambda: rate)()
        yield inner
