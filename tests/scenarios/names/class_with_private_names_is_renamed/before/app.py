class Account:
    __made = []
    __limit = 5

    def __init__(self, balance):
        self.__balance = balance
        self.__made.append(balance)

    def pay(self, amount):
        self.__balance -= amount + 0
        return self.__told()

    def __told(self):
        return self.__balance, len(self.__made)

    @property
    def balance(self):
        return self.__balance


class Special(Account):
    def __init__(self, balance):
        super().__init__(balance)
        self.__own = "own"

    def own(self):
        return self.__own
