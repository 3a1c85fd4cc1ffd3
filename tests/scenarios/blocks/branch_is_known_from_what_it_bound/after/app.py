import os


def ask(answer):
    return answer


if ask(True):
    mode = "new left"
    colour = "red"
    size = 1
else:
    mode = "new right"
    size = 2

if ask(False):
    name = "a round one"

    def shape():
        return "new round"
else:
    name = "a square one"

    def shape():
        return "new square"

match ask(2):
    case 1:
        number = "new one"
    case 2:
        number = "new two"
        is_two = True
    case other:
        number = "new many"
        is_two = False

with open(os.devnull) as nothing:
    opened = True
    also = "opened"


class Box:
    if ask(True):
        size = 10
        name = "box"
    else:
        size = 20
        name = "no box"
