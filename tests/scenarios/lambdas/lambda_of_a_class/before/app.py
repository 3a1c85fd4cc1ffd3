class Shop:
    tax = lambda self, price: price * 2
    shipping = staticmethod(lambda: "old")
    total = property(lambda self: self.tax(5))
