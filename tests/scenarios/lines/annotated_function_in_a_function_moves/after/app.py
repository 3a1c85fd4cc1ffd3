import sys

def count():
    total = 0

    def step(by: int = 92):
        nonlocal total
        total += by
        return total

    class Shelf:
        size: int = 3

        def total(self, books: list):
            return sum(books) + self.size

    return step, Shelf
