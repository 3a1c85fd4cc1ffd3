def orders(first, second):
    total = first + second
    rest = [total, total * 2]
    return "orders", rest


class Basket:
    def fill(self, count):
        items = [number + 1 for number in range(count)]
        return "filled", items

    class Label:
        def shown(self, width):
            line = "-" * width
            return "label", line

    def print(self, copies):
        pages = [copies, copies * 2]
        return "printed", pages
