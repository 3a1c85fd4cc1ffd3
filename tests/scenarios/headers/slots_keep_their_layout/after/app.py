class Small(dict):
    __slots__ = ("a",)

    def show(self):
        return "big"
