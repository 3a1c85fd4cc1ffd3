limit = 5

from . import cart
