def first():
    return "first"
