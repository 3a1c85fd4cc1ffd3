class Plugin:
    known = []

    def __init_subclass__(cls, **options):
        super().__init_subclass__(**options)
        Plugin.known.append(cls.__name__)


class Vector:
    def __class_getitem__(cls, item):
        return f"{cls.__name__}[{item}]"


class Single:
    def __new__(cls):
        made = super().__new__(cls)
        made.made_by_new = True
        return made

    def __init__(self):
        self.ready = True
