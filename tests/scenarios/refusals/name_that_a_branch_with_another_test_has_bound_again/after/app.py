FAST = HIGH = True


def ask():
    return "x" in "xyz"


mode = "simple"
size = 10
if HIGH:
    mode = "known"
if ask() and HIGH:
    size = 2
    seen = True
