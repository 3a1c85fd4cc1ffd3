def slow(x):
    return x * 2
