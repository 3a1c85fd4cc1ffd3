def marked(cls):
    cls.mark = 1
    return cls


@marked
class Shelf:
    width = -1

    def size(self):
        return self.width * 3


def price(x):
    return x * 3
