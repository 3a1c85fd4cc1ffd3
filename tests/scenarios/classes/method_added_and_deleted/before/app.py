class Base:
    def name(self):
        return "base"


class Robot(Base):
    def walk(self):
        return "walks"

    def name(self):
        return "robot"
