class Small:
    __slots__ = ("a",)

    def show(self):
        return "small"
