class Settings:
    size = 1
    color = "red"
    both = (size, color)


class Special(Settings):
    pass
