class Base:
    def greet(self):
        return "hello"

    @classmethod
    def make(cls):
        return "base"

    @property
    def size(self):
        return 1


class Child(Base):
    def greet(self):
        return "child"

    def kind(self):
        return __class__.__name__

    @classmethod
    def make(cls):
        return "made"

    @property
    def size(self):
        return 2

    def names(self):
        return list(map(lambda name: name.upper(), ["a"]))


class Grandchild(Child):
    pass
