def loud(function):
    return lambda: function().upper()


def make(number):
    def inner():
        return "inner " + str(number)

    return inner
