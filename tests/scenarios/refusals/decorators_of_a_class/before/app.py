def tagged(cls):
    cls.tag = "tagged"
    return cls


class Plain:
    def method(self):
        return "method"
