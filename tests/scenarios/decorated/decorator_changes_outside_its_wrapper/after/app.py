import functools


def named(function):
    function.title = "new title"

    @functools.wraps(function)
    def wrapper():
        return f"new wrapper: {function()}"

    return wrapper


@named
def work():
    return "work"
