class Shop:
    @classmethod
    def open(cls, hour: int = 9) -> str:
        """Opens."""
        return f"{hour}:00"

    @staticmethod
    def total(price: int) -> int:
        return price

    @classmethod
    def close(cls, hour: int):
        return hour
