import store

try:
    import at_start
except ImportError:
    at_start = None


def later():
    return store.price()
