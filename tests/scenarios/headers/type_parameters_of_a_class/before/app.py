class Base:
    def base(self):
        return "base"


class Box[T](Base):
    def put(self, item: T) -> T:
        return item


class Pair[A]:
    pass
