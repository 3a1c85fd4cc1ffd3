import functools

NAME = "new"


def traced(function):
    @functools.wraps(function)
    def wrapper(*args):
        return "traced", NAME, function(*args)

    return wrapper


def remembered(item, seen=[], *, name=NAME):
    seen.append(item)
    count = len(seen)
    return count, name, NAME


def numbers(count):
    for number in range(count):
        got = yield number, NAME
        if got:
            yield got


async def awaited(count):
    total = count + 1
    name = NAME
    return total, name


@traced
def decorated(count):
    total = count + 1
    name = NAME
    return total, name


def tiny():
    return NAME
