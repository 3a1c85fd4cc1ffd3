class Shop:
    def __init__(self):
        self.items = ["tea", "jam"]

    def prices(self, rate=2):
        found = {}
        for item in self.items:
            found[item] = len(item) * rate
        return found

    @staticmethod
    def label(text, width=8):
        text = text.strip()
        text = text.center(width)
        return text + "|"

    @classmethod
    def made(cls):
        shop = cls()
        shop.items.append(cls.__name__)
        return shop

    def close(self):
        return "closed"


class Below(Shop):
    def prices(self, rate=2):
        return "own", super().prices(rate)
