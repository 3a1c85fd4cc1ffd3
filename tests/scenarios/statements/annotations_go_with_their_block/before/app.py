import sys
from typing import Final

INDEX: Final[int] = 19

if sys.version_info > (3,):
    NAME: Final[str] = "linux"
else:
    NAME: Final[str] = "an old one"


class Box:
    size: int = 1
    if sys.version_info > (3,):
        colour: str = "red"


def use():
    return INDEX, NAME
