import marshal
import types


def work(number):
    def inner():
        return number + 1

    return "old", inner()


def other(number):
    return "old other", number


def copied(function):
    code = marshal.loads(marshal.dumps(function.__code__))
    return types.FunctionType(code, globals(), function.__name__)


def replaced(function):
    return types.FunctionType(function.__code__.replace(), globals(), function.__name__)


def altered(function):
    constants = tuple("altered" if it == "old other" else it for it in function.__code__.co_consts)
    return types.FunctionType(function.__code__.replace(co_consts=constants), globals(), function.__name__)
