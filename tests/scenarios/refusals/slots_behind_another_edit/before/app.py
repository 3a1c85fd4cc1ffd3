class Spec:
    kind = "old"

    def __init__(self, name):
        self.name = name

    def show(self):
        return f"{self.kind} {self.name}"

    __slots__ = ("name",)


kept = Spec("a")
