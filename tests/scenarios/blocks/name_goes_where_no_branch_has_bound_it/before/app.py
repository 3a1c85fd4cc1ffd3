DEBUG = False


def ask(answer):
    return answer


level = 1
mode = "plain"
size = 1


def show():
    return "plain"


def help_text():
    return "long"


count = total = 1


class Box:
    colour = "red"
    if DEBUG:
        colour = "blue"


if DEBUG:
    level = 2

    def show():
        return "debug"

if not DEBUG:
    if DEBUG == 2:
        mode = "odd"
    else:
        mode = "known"

if ask(True):
    kind = "asked"
else:
    size = 2
    kind = "not asked"

if DEBUG:
    depth = 1

if DEBUG:
    total = 2
