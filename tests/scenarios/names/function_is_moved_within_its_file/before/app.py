class Price:
    rate = 2

    def cost(self, items):
        found = 0
        for item in items:
            found += len(item) * self.rate
        return found

    @staticmethod
    def label(text, width=8):
        text = text.strip()
        text = text.center(width)
        return text + "|"

    class Tag:
        def show(self):
            first = "tag"
            second = type(self).__qualname__
            return first + second


class Shop:
    rate = 3

    def goods(self):
        return ["tea", "jam"]


def describe(shop, more=()):
    names = list(shop.goods())
    names.extend(more)
    names.sort()
    return names
