def first():
    return "new first"


def second(limit=undefined_name):
    return "new second", limit
