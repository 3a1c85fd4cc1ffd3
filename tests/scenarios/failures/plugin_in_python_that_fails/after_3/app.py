def marked(cls):
    cls.mark = 1
    return cls


@marked
class Shelf:
    width = 5

    def size(self):
        return self.width * 4


def price(x):
    return x * 4
