from typing import Generic, TypeVar

T = TypeVar("T")
U = TypeVar("U")


class Base(Generic[T]):
    pass


class Timed(Base[T]):
    pass


class Mixin:
    pass


class Both(Mixin, Timed[str]):
    pass


class Pair(Generic[T, U]):
    pass
