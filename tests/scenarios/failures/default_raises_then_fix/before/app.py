def first():
    return "old first"


def second(limit=1):
    return "old second", limit
