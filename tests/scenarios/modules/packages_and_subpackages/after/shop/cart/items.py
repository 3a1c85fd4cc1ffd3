class Item:
    def name(self):
        return "new name"

    def added(self):
        return self.added.__qualname__
