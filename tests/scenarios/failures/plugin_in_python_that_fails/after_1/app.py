def marked(cls):
    cls.mark = 1
    return cls


@marked
class Shelf:
    width = 2

    def size(self):
        return self.width * 2


def price(x):
    return x * 2
