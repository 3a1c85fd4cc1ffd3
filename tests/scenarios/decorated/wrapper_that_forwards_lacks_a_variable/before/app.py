import functools


def retry(times):
    def decorate(function):
        @functools.wraps(function)
        def wrapper(*args):
            for _ in range(times):
                try:
                    return function(*args)
                except ValueError:
                    pass

        return wrapper

    return decorate


@retry(3)
def load(path):
    return "loaded " + path


@retry(2)
def save(path):
    return "saved " + path
