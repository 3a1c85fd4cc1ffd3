class Table:
    size = 1

    def rows(self):
        return "rows"


class Store:
    kind = "fixed"

    class Options:
        pass


def helper():
    return "helper"


registered = []
