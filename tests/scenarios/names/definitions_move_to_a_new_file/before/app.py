import shop
from shop import Big, Cart, Point, numbers, taxed


class Small(Cart):
    pass
