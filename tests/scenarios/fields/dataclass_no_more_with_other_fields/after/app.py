class Cart:
    owner: str = "somebody"
    items: list = ()
    limit = 3

    def tell(self):
        return self.owner, self.limit


cart = Cart()
