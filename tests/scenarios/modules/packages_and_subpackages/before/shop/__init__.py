from . import cart

NAME = "old shop"
