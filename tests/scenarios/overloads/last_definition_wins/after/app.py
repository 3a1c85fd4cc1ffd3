def removed():
    return "first"


def added_before():
    return "before"


def added_before():
    return "only"


def swapped():
    return "bbbb"


def swapped():
    return "a"


def changed():
    return "one changed"


def changed():
    return "two changed"


class Shop:
    def price(self):
        return 1
