class Settings:
    size: int = 1
    names = ["a"]
    limit = 10


class Special(Settings):
    limit = 20
