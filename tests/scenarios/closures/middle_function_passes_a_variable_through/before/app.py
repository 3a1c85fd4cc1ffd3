def outer(rate, bonus):
    def show():
        return bonus, rate

    def middle(number):
        def leaf():
            return number * rate

        return leaf

    return show, middle, middle(2)
