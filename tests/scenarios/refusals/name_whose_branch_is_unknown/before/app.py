def ask():
    return "x" in "xyz"


LOUD = True
size = 1
if ask():
    size = 2
    size = size + 0

if LOUD:
    volume = 10
volume = 1


def f():
    return 1
