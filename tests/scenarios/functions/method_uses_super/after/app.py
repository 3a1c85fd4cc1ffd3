class Base:
    def greet(self):
        return "good day"

    @classmethod
    def make(cls):
        return [cls.__name__.lower()]


class Child(Base):
    def greet(self):
        return super().greet() + " from the new child, " + __class__.__name__

    @classmethod
    def make(cls):
        return [*super().make(), __class__.__qualname__, "new"]

    def added(self):
        return super().greet() + ", added"
