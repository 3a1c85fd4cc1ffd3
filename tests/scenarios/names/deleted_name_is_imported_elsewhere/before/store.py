LIMIT = 3


def name():
    return "name"


def price():
    return 10


def unused():
    return "nobody imports it"
