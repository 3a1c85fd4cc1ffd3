class Field:
    def __init__(self, kind):
        self.kind = kind
        self.name = None

    def __set_name__(self, owner, name):
        self.name = f"{owner.__name__}.{name}"

    def __get__(self, instance, owner):
        return f"{self.name}: {self.kind}"


class Model:
    title = Field("long text")
    count = Field("number")
