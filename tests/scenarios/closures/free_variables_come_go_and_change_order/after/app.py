def outer(alpha, beta, gamma):
    def show():
        return alpha, beta, gamma

    def inner(number):
        return alpha + beta * number + gamma

    def loses(number):
        return number

    def swaps():
        yield beta
        yield alpha

    def sets(value):
        nonlocal beta, alpha
        alpha += value
        beta += value

    return show, inner, loses, swaps, sets
