from . import cart

NAME = "new shop"
