def first[K, V](items: dict[K, V]) -> V:
    return next(iter(items.values()))


class Box:
    def put[T, N](self, item: T, note: N) -> N:
        return note
