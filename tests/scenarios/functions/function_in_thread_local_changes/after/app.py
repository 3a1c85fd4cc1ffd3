def work(number):
    return ("new", number + 1)
