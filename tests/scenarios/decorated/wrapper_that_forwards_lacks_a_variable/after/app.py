import functools


def retry(times, errors=(ValueError,)):
    def decorate(function):
        @functools.wraps(function)
        def wrapper(*args):
            for _ in range(times):
                try:
                    return function(*args)
                except errors:
                    pass

        return wrapper

    return decorate


@retry(3, errors=(OSError,))
def load(path):
    return "loaded " + path


@retry(2)
def save(path):
    return "saved " + path
