class Box[T]:
    def put(self, item: T) -> T:
        return item

    def get(self):
        def inner():
            return "old", T.__name__

        return inner()
