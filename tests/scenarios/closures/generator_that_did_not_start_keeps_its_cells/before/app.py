def outer(rate, bonus):
    def show():
        return bonus, rate

    def counts():
        yield rate

    return show, counts
