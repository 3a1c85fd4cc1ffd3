class Box[T]:
    def put(self, item: T) -> T:
        return item
