class Shop:
    def __init__(self):
        self._size = 1
        self._name = "n"
        self._count = 0

    @property
    def size(self):
        return self._size

    @size.setter
    def size(self, value):
        self._size = value

    @property
    def name(self):
        return self._name

    @name.setter
    def name(self, value):
        self._name = value

    @property
    def count(self):
        return self._count

    @count.setter
    def count(self, value):
        self._count = value

    @property
    def twice(self):
        return 2

    @twice.setter
    def twice(self, value):
        self._size = value / 2
