def work():
    return "fast"


limit = 1
