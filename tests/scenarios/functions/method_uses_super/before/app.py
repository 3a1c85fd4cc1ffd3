class Base:
    def greet(self):
        return "hello"

    @classmethod
    def make(cls):
        return [cls.__name__]


class Child(Base):
    def greet(self):
        return super().greet() + " from the old child"

    @classmethod
    def make(cls):
        return super().make() + [__class__.__name__]
