registry = []
made = {}
counted = []


def register(cls):
    registry.append(cls)
    made[cls.__name__] = cls
    return cls


def count(cls):
    counted.append(cls.__name__)
    return cls


class Base:
    hooked = []

    def __init_subclass__(cls, **keywords):
        super().__init_subclass__(**keywords)
        Base.hooked.append(cls)


@count
class Plain:
    def method(self):
        return "plain"


class Child:
    pass


class Steady(Base):
    pass
