class Shop:
    tax = lambda self, price: price * 3
    shipping = staticmethod(lambda: "new")
    total = property(lambda self: self.tax(50))
