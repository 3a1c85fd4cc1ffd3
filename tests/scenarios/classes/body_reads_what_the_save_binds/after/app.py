from json import dumps as read

LIMIT = 2
Row = tuple


class Table:
    reader = staticmethod(read)
    limit = LIMIT
    rows = Row

    def cut(self, at: Row = LIMIT) -> Row:
        return at
