from app import price
from app import price as cost


def total():
    return price(2) + cost(3)
