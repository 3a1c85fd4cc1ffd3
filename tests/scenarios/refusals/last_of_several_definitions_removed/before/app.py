def work():
    return "first"


def work():
    return "second"
