def numbers(count):
    return list(range(count))


def letters():
    yield "a"
    yield "b"
