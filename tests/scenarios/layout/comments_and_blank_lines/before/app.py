count = 0


def visit():
    global count
    count += 1
    return count
