import lib
from lib import added, VALUE


def run():
    return lib.base() + added() + str(VALUE)
