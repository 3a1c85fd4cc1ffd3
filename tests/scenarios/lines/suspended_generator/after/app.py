# One line.
# Two lines.
def numbers():
    yield 1
    yield 2
    raise ValueError("at the end")
