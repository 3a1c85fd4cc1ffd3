def loud(function):
    return lambda self: str(function(self)).upper()


class Shop:
    def __init__(self):
        self._size = 1
        self._name = "n"
        self._count = 0

    @property
    def size(self):
        return self._size + 100

    @size.setter
    def size(self, value):
        self._size = value

    @property
    @loud
    def name(self):
        return self._name

    @name.setter
    def name(self, value):
        self._name = value

    @property
    def count(self):
        return self._count

    @count.deleter
    def count(self):
        self._count = "deleted"

    @count.setter
    def count(self, value):
        self._count = value + 1

    @property
    def twice(self):
        return 2
