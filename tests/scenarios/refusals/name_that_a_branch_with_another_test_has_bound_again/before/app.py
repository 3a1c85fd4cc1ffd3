FAST = HIGH = True


def ask():
    return "x" in "xyz"


mode = "plain"
size = 1
if FAST:
    mode = "known"
if ask():
    size = 2
    seen = True
