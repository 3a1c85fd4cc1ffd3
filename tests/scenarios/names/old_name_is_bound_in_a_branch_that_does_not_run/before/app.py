LEVEL = 2


def work(books):
    step = 1
    found = [book + step for book in books]
    return found
