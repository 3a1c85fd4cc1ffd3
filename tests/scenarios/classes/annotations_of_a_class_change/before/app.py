import typing


class Base:
    def get(self):
        return 1


class Child(Base):
    name: str
    gone: int

    def get(self):
        return 2
