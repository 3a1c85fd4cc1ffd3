from typing import TYPE_CHECKING

from settings import RATE, SIZES

if TYPE_CHECKING:
    biggest = max(SIZES)
    double = RATE * 2
else:
    smallest = min(SIZES)
    half = RATE / 2


def sizes():
    return SIZES, RATE
