for number in range(2):

    class Item:
        size = 1


last = number


def first():
    return 1
