def tagged(cls):
    cls.tag = "tagged"
    return cls


@tagged
class Plain:
    def method(self):
        return "method"
