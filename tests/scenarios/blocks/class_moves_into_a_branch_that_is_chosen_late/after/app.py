items = [1, 2]


def count():
    return len(items)


if count() == 2:
    mode = "two"
else:
    class Empty:
        pass
