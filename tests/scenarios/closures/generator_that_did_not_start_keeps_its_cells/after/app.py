def outer(rate, bonus):
    def show():
        return bonus, rate

    def counts():
        yield bonus
        yield rate

    return show, counts
