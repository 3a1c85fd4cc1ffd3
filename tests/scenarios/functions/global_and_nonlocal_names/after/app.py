total = 0


def count():
    global total
    total = 5
    total -= 5
    return total, helper(), __name__


def helper():
    return "new"


def outer():
    state = 1

    def change():
        nonlocal state
        state = state + 10
        return state

    change()
    return state
