class Base:
    def name(self):
        return "base"


class Left(Base):
    def name(self):
        return "left"


class Right(Base):
    def name(self):
        return "right"


class Below(Left):
    pass


class Other(Right):
    def told(self, more=""):
        def inner():
            return super(Other, self).name()

        first = super().name()
        second = __class__.__name__
        return first + second + more + inner()
