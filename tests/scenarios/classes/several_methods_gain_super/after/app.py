class Base:
    def __init__(self):
        self.log = []

    def reset(self):
        self.log.append("base reset")

    def close(self):
        self.log.append("base close")


class Encoder(Base):
    name = "encoder"

    def __init__(self, first: str = "made"):
        super().__init__()
        self.log.append(first)

    def reset(self):
        super().reset()
        self.log.append(__class__.__name__)

    @property
    def size(self):
        return len(super().__repr__()) > 0

    def close(self):
        super().close()
