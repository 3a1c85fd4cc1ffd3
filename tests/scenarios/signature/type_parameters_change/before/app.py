def first[T](items: list[T]) -> T:
    return items[0]


class Box[T]:
    def put(self, item: T) -> T:
        return item
