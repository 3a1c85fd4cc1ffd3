def ask():
    return "x" in "xyz"


LOUD = True
if ask():
    size = 2
    size = size + 0

if LOUD:
    volume = 10


def f():
    return 2
