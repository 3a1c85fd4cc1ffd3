import typing


class Base:
    size: int = 3

    def get(self):
        return 1


class Child(Base):
    make: typing.Callable[[int], int]
    name: bytes

    def get(self):
        return 2
