class Shelf:
    class Size:
        @property
        def width(self):
            return 49

        @width.setter
        def width(self, value, add=0):
            self.field = value + add

    def total(self, books):
        return sum(books)
