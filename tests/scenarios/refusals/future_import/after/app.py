from __future__ import annotations


def work(number: int = 1):
    return "new"


LIMIT = 2
