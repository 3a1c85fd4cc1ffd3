def price():
    return "old price"
