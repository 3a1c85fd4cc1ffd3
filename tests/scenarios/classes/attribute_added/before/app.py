class Settings:
    size = 1


class Special(Settings):
    pass
