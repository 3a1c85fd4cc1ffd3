class Safe:
    __secret = 2
    __added = 3

    def open(self):
        return self.__secret, self.__added, self.__new()

    def __hidden(self):
        return "new hidden"

    def __new(self):
        self.__attribute = 4
        return self._Safe__attribute

    def use(self):
        return self.__hidden()


class _Under:
    __x = "new"

    def get(self):
        return self.__x
