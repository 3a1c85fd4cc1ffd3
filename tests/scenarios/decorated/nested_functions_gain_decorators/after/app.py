def loud(function):
    return lambda: function().upper()


def make(number):
    @loud
    def inner():
        return "inner now " + str(number)

    return inner
