def first():
    return "new first"


def second(limit=2):
    return "new second", limit
