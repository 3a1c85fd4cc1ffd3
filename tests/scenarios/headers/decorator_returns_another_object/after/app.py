def single(cls):
    return cls()


@single
class Config:
    level = 3
