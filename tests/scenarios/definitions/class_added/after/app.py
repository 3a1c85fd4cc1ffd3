class Base:
    known = []

    def __init_subclass__(cls):
        Base.known.append(cls.__name__)


class Added(Base):
    """New."""

    class Inner:
        def method(self):
            return type(self).__qualname__

    def make(self):
        return self.Inner()


def use():
    return Added().make().method()
