import fresh
from fresh.deep import value


def run():
    return fresh.greet() + value
