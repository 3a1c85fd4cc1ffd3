def circle():
    return "circle"


def square():
    return "square"
