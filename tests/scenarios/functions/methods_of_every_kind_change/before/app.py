class Account:
    rate = 2

    def __init__(self, balance):
        self.balance = balance

    def yearly(self):
        return self.balance * self.rate

    @classmethod
    def named(cls):
        return f"old {cls.__name__}"

    @staticmethod
    def rounded(amount):
        return round(amount)

    @property
    def worth(self):
        return self.balance + 1

    @worth.setter
    def worth(self, amount):
        self.balance = amount

    def __len__(self):
        return 1


class Savings(Account):
    def yearly(self):
        return super().yearly() + 1
