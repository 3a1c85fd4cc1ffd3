from typing import List

count = 0


def counted(value):
    global count
    count += 1
    return value


class Point:
    x = counted(1)
    y = counted(2)

    def moved(self, by: "int" = 1) -> int:
        def inner(z: float):
            return z

        return inner(self.x + by), sorted(name for name in "ba")


limit = counted(3.5)


def plain(number: int, *, other: str = "a") -> List[str]:
    return [other] * number
