import enum


class Level(enum.IntEnum):
    LOW = 1
    HIGH = 2

    def tell(self):
        return f"level {self.name}"
