from __future__ import annotations

from typing import List

count = 0


def counted(value):
    global count
    count += 1
    return value


class Point:
    x: int = counted(1)
    y: (List[int]) = (counted(2))


limit: float = counted(3.5)
