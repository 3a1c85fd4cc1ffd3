class Spec:
    kind = "new"

    def __init__(self, name):
        self.name = name
        self.size = 1

    def show(self):
        return f"{self.kind} {self.name}!"

    __slots__ = ("name", "size")


kept = Spec("a")
