import os


def ask(answer):
    return answer


if ask(True):
    mode = "left"
    colour = "red"
else:
    mode = "right"

if ask(False):
    def shape():
        return "round"
else:
    def shape():
        return "square"

match ask(2):
    case 1:
        number = "one"
    case 2:
        number = "two"
    case other:
        number = "many"

with open(os.devnull) as nothing:
    opened = True


class Box:
    if ask(True):
        size = 1
    else:
        size = 2
