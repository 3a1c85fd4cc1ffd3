import abc


class Base(metaclass=abc.ABCMeta):
    @abc.abstractproperty
    def size(self):
        return "old size"

    @size.setter
    def size(self, value):
        return "old setter"


class Box(Base):
    @property
    def size(self):
        return Base.size.fget(self)
