def outer(rate, bonus):
    def show():
        return bonus, rate

    def middle(number):
        def leaf():
            return number * rate + bonus

        return leaf

    return show, middle, middle(2)
