import functools


def variant_of(plain):
    def decorate(function):
        @functools.wraps(plain)
        def wrapper(*args):
            return function(*args)

        return wrapper

    return decorate


def total(values: list) -> int:
    """Adds."""
    return sum(values)


@variant_of(total)
def total_of_squares(values):
    return sum(value * value for value in values)
