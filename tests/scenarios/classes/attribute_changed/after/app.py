class Settings:
    size: float = 1.5
    names = ["a", "b"]
    limit = 11


class Special(Settings):
    limit = 20
