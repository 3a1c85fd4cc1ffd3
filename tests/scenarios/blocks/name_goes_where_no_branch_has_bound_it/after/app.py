DEBUG = False


def ask(answer):
    return answer


count = 1


class Box:
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

    def help_text():
        return "long"

if DEBUG:
    total = 2
