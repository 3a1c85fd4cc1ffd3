class Safe:
    __secret = 1

    def open(self):
        return self.__secret

    def __hidden(self):
        return "old hidden"

    def use(self):
        return self.__hidden()


class _Under:
    __x = "old"

    def get(self):
        return self.__x
