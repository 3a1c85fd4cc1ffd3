class First(type):
    def tell(cls):
        return "first"


class Second(type):
    def tell(cls):
        return "second of " + cls.__name__


class Root:
    pass


class Thing(Root, metaclass=Second):
    pass
