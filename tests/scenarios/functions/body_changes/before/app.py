def price(count):
    return count * 10


def label(count):
    return f"{count} pieces: {price(count)}"
