class Keyed:
    def __init_subclass__(cls, key=0, **kwargs):
        super().__init_subclass__(**kwargs)
        cls.key = key


class Shelf:
    size = 2

    def total(self):
        return self.size


def labelled(cls):
    cls.label = "new"
    return cls


@labelled
class Drawer:
    pass
