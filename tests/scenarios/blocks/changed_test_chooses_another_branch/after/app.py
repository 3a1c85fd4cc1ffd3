import sys

VERSION = 1


def ask(answer):
    return bool(answer)


if VERSION >= 1:
    mode = "new style"
    only_new = True
else:
    mode = "old style"
    only_old = True

if ask(0):
    answer = "yes"

    def reply():
        return "yes"
else:
    answer = "no"
    negative = True

    def reply():
        return "new no"


class Box:
    if VERSION == 3:
        size = "small"
    elif VERSION == 2:
        size = "medium"
    else:
        size = "none"
