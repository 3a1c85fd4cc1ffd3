from typing import Generic, TypeVar

T = TypeVar("T")
U = TypeVar("U")


class Base:
    pass


class Timed(Base):
    pass


class Mixin:
    pass


class Both(Mixin, Timed):
    pass


class Pair(Generic[T]):
    pass
