def price(count):
    reduced = count - count // 3
    return reduced * 10


def label(count):
    return f"{count} pieces: {price(count)}"
