import functools
from keeper import keep


def logged(function):
    @functools.wraps(function)
    def wrapper(*args):
        return ["logged", function(*args)]

    return wrapper


@keep
def total_of(items, tax=2):
    total = tax
    for item in items:
        total += len(item)
    return total


@logged
def describe(items):
    words = [item.upper() for item in items]
    words.sort()
    return " ".join(words)


def countdown(number):
    if number == 0:
        return [0]
    rest = countdown(number - 1)
    return [number] + rest


def report(items):
    return total_of(items), describe(items), countdown(1)
