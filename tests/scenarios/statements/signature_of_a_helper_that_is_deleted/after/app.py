class Node:
    """Nobody makes one."""


def _failing(cls, *args: int) -> "int | None":
    raise TypeError("no nodes of your own")


Node.__new__ = staticmethod(_failing)
del _failing
