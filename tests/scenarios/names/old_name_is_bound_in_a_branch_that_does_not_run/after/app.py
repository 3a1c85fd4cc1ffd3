LEVEL = 2
if LEVEL == 1:
    class work:
        pass


def gather(books):
    step = 1
    found = [book + step for book in books]
    return found
