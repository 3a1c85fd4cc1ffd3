import functools


def add(number):
    def decorate(function):
        @functools.wraps(function)
        def wrapper(*args):
            return function(*args) + number

        return wrapper

    return decorate


class Multiply:
    def __init__(self, function):
        self.function = function

    def __call__(self, *args):
        return self.function(*args) * 10


@add(1)
@Multiply
@add(2)
def value(number):
    return number


class Math:
    @staticmethod
    @add(3)
    def static(number):
        return number

    @property
    @add(4)
    def prop(self):
        return 1
