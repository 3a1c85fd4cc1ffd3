FAST = True


def work(items):
    found = 0
    for item in items:
        found += item
    return found


def rest(items):
    found = 1
    for item in items:
        found -= item
    return found
