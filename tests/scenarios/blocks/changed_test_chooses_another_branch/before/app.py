import sys

VERSION = 1


def ask(answer):
    return answer


if VERSION >= 2:
    mode = "new style"
    only_new = True
else:
    mode = "old style"
    only_old = True

if ask(1):
    answer = "yes"

    def reply():
        return "yes"
else:
    answer = "no"

    def reply():
        return "no"


class Box:
    if VERSION == 1:
        size = "small"
    elif VERSION == 2:
        size = "medium"
