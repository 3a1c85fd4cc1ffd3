class Table:
    size = 1

    def rows(self):
        return "rows"


class Store:
    kind = "plain"

    class Options:
        pass


def helper():
    return "helper"


Table.owner = Store
Table.size = 2
Store.Options.depth, limit = 3, 4
Store.kind = "chosen"
del Table.rows
del helper
registered = []
registered.append("app")
registered[0] = "changed"
