import shop
import shop.cart.prices as prices
from shop.cart import total


def run():
    return shop.NAME, prices.price(), total(), shop.cart.items.Item().name()
