def price():
    return "new price"
