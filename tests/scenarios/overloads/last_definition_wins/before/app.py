def removed():
    return "first"


def removed():
    return "second"


def added_before():
    return "only"


def swapped():
    return "a"


def swapped():
    return "bbbb"


def changed():
    return "one"


def changed():
    return "two"


class Shop:
    def price(self):
        return 1

    def price(self):
        return 2
