class Box[T]:
    size = 1

    def put(self, item: T) -> T:
        return item
