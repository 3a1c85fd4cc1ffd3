def marked(cls):
    cls.mark = 1
    return cls


@marked
class Shelf:
    width = 1

    def size(self):
        return self.width * 1


def price(x):
    return x * 1
