def outer(alpha, beta, gamma):
    def show():
        return alpha, beta, gamma

    def inner(number):
        return beta * number

    def loses(number):
        return alpha + gamma + number

    def swaps():
        yield alpha
        yield gamma

    def sets(value):
        nonlocal beta
        beta += value

    return show, inner, loses, swaps, sets
