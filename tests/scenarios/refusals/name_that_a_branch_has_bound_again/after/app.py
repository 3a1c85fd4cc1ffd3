DEBUG = False


def ask():
    return "x" in "xyz"


mode = "simple"
size = 10
level = 10
if not DEBUG:
    mode = "known"
if DEBUG:
    size = 2
if ask():
    level = level + 1
