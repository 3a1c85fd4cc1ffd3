import lib
from lib import price

prices = [price]
