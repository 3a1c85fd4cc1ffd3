def first[T](items: list[T]) -> T:
    return items[0]


class Box:
    def put[T](self, item: T) -> T:
        return item
