from __future__ import annotations

import typing


class Shelf:
    size: typing.Optional[int] = 3
    books: list = []

    def total(self, books: "list"):
        return sum(books) + self.size
