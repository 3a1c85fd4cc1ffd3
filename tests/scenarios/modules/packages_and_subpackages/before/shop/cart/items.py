class Item:
    def name(self):
        return "old name"
