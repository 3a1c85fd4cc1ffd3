class Base:
    def base(self):
        return "base"


class Box[T, U: int](Base):
    def put(self, item: T) -> T:
        return [item]


class Pair[A, B]:
    pass
