from __future__ import annotations

SIZES = {"a": 2}


def late():
    return 3


class Client:
    name: str
    limit: int = 3
    other: dict = SIZES["a"]
    later: int = late()

    def fetch(self, key):
        return key
