def numbers(count):
    yield from range(count)
    yield "end"


def letters():
    return ["x", "y"]
