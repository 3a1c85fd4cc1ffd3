def loud(function):
    return lambda: function().upper()


def work():
    return "work"


@loud
def plain():
    return "plain"
