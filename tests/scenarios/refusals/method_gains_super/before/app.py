class Base:
    def greet(self):
        return "hello"


class Child(Base):
    def greet(self):
        return "child"

    def kind(self):
        return __class__.__name__
