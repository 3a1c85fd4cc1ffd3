from . import two
from .two import VALUE, help as helper


def get():
    return "one", two.VALUE, VALUE, helper()
