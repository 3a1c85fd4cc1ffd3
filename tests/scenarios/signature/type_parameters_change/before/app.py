def first[T](items: list[T]) -> T:
    return items[0]


class Box:
    def put[A](self, item: A) -> A:
        return item
