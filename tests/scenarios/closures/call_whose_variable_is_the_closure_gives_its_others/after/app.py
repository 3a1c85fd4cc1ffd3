def loop(rate, wait):
    def inner(number):
        return number * rate

    (lambda: rate)()
    wait(inner)


def waits(rate):
    def inner(number):
        return number * rate

    def shares():
        return rate, inner

    del shares
    yield inner


def around(rate):
    def middle():
        def inner(number):
            return number * rate

        (lambda: rate)()
        yield inner

    return middle


class Server:
    def serve(self, rate):
        def inner(number):
            return number * rate

        (lambda: rate)()
        yield inner
