def outer():
    def inner():
        return inner.__qualname__

    return inner()


class Holder:
    class Nested:
        def method(self):
            return self.method.__qualname__

        class Deep:
            value = 3
