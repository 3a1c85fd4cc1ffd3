import functools
from keeper import keep


def logged(function):
    @functools.wraps(function)
    def wrapper(*args):
        return ["logged", function(*args)]

    return wrapper


@keep
def sum_of(items, tax=2):
    total = tax
    for item in items:
        total += len(item)
    return total * 10


@logged
def words_of(items):
    words = [item.upper() for item in items]
    words.sort()
    return " ".join(words)


def count_from(number):
    if number == 0:
        return [0]
    rest = count_from(number - 1)
    return [number] + rest


def report(items):
    return sum_of(items), words_of(items), count_from(1)
