# A comment in front.

count = 0  # and one behind

# More.


def visit():  # here
    # and here
    global count

    count += 1
    return count  # type: int
