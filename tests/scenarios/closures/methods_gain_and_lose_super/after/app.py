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
        return super().greet() + " from child"

    def kind(self):
        return "constant"

    @classmethod
    def make(cls):
        return super().make() + " made by " + cls.__name__

    @property
    def size(self):
        return super().size + 2

    def names(self):
        return list(map(lambda name: __class__.__name__ + name.upper(), ["a"]))


class Grandchild(Child):
    pass
