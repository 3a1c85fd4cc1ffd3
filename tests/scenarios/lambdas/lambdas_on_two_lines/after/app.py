def pair():
    first = lambda n: n + 1
    second = lambda n: n + 2
    return first, second
