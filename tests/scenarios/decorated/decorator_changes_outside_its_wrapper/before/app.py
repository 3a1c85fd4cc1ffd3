import functools


def named(function):
    function.title = "old title"

    @functools.wraps(function)
    def wrapper():
        return f"old wrapper: {function()}"

    return wrapper


@named
def work():
    return "work"
