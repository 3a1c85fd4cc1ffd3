def pair():
    first = lambda n: n + 1
    second = lambda n: n + 1
    return first, second
