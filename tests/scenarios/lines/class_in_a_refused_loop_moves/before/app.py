def first():
    return 1


for number in range(1):

    class Item:
        size = 1


last = number
