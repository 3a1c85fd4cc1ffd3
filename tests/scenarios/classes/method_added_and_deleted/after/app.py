class Base:
    def name(self):
        return "base"


class Robot(Base):
    def walk(self):
        return "walks " + self.run()

    def run(self):
        return super().name() + " runs"

    @classmethod
    def make(cls):
        return cls()

    @property
    def speed(self):
        return 3

    def __len__(self):
        return 7

    def __add__(self, other):
        return "sum"
