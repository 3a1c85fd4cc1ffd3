kept = []


def keep(function):
    kept.append(function)
    return function
