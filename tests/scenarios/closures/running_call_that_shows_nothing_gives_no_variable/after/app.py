def plain(rate, bonus):
    def inner(number):
        return number * rate + bonus

    yield inner


def handed(rate, inner=None):
    kept = inner

    def inner(number):
        return number * rate

    (lambda: rate)()
    inner = kept or inner
    yield inner
