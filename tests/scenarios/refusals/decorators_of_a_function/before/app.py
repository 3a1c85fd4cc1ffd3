def loud(function):
    return lambda: function().upper()


@loud
def work():
    return "work"


def plain():
    return "plain"
