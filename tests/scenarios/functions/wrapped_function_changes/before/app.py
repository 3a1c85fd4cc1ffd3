import functools

calls = []


def logged(function):
    @functools.wraps(function)
    def wrapper(*args):
        calls.append(function.__name__)
        return function(*args)

    return wrapper


@logged
def double(number):
    return number * 2


class Tool:
    @logged
    def use(self):
        return "old use"
