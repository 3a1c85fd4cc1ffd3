for number in range(3):
    def shown():
        return "shown"
