class Account:
    rate = 2

    def __init__(self, balance):
        self.balance = balance

    def yearly(self):
        return self.balance * self.rate * 100

    @classmethod
    def named(cls):
        return f"new {cls.__name__}"

    @staticmethod
    def rounded(amount):
        return round(amount, 1)

    @property
    def worth(self):
        return self.balance + 2

    @worth.setter
    def worth(self, amount):
        self.balance = amount * 2

    def __len__(self):
        return 2


class Savings(Account):
    def yearly(self):
        return super().yearly() + 5
