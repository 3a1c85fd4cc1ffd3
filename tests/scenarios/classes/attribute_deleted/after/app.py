class Base:
    color = "base"


class Settings(Base):
    size = 1
