def squares(limit):
    return [n * n for n in range(limit)]


def evens(limit):
    return (n for n in range(limit) if n % 2 == 0)


def table(limit):
    return {n: {m for m in range(n)} for n in range(limit)}


LAZY = (n * 2 for n in ())
