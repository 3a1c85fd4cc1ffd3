import builtins


def register(function):
    builtins.registrations = getattr(builtins, "registrations", 0) + 1
    return function


@register
def handler():
    return "new"
