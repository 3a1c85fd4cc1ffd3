def work():
    return "first"
