def plain(rate, bonus):
    def inner(number):
        return number * rate

    yield inner


def handed(rate, inner=None):
    kept = inner

    def inner(number):
        return number * 2

    (lambda: rate)()
    inner = kept or inner
    yield inner
