def first[K, V](items: dict[K, V]) -> V:
    return next(iter(items.values()))


class Box:
    def put[A, N](self, item: A, note: N) -> N:
        return note
