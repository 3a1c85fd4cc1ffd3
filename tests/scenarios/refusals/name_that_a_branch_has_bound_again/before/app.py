DEBUG = False


def ask():
    return "x" in "xyz"


mode = "plain"
size = 1
level = 1
if not DEBUG:
    mode = "known"
if DEBUG:
    size = 2
if ask():
    level = level + 1
