import new
from new import Cart, taxed
from old import plain


def total():
    return Cart([1, 2]).total(), taxed(100), plain()
