limit = 6

from . import cart
