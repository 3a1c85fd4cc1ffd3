class Node:
    """Nobody makes one."""


def _failing(cls, *args: int) -> int:
    raise TypeError("no nodes")


Node.__new__ = staticmethod(_failing)
del _failing
