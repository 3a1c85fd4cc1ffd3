class Shop:
    @classmethod
    def open(cls, hour: float = 9) -> str:
        """Opens the door."""
        return f"{hour}:00"

    @staticmethod
    def total(price: float) -> float:
        return price

    @classmethod
    def close(cls, hour):
        return hour
