def encode(items):
    return str(items)
