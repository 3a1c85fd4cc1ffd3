def first():
    return 1


class Box:
    def method(self):
        # a comment of the method
        return "method"

    key = lambda self: 5
