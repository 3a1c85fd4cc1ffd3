total = 0


def count():
    total_now = total
    return total_now, helper()


def helper():
    return "old"


def outer():
    state = 1

    def change():
        nonlocal state
        state = state + 1
        return state

    change()
    return state
