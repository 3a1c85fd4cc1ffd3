class Base:
    def __init__(self):
        self.log = []

    def reset(self):
        self.log.append("base reset")

    def close(self):
        self.log.append("base close")


class Encoder(Base):
    name = "encoder"
