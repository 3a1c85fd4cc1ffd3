import functools


def shout(function):
    @functools.wraps(function)
    def wrapper(*args):
        return function(*args).title() + "!"

    return wrapper


@shout
def hello():
    return "hello"


@shout
def bye(name):
    return f"bye {name}"


class Robot:
    @shout
    def speak(self):
        return "beep"
