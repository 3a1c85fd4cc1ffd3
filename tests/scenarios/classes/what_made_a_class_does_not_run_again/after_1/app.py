class Plugin:
    known = {}

    def __init_subclass__(cls, **keywords):
        super().__init_subclass__(**keywords)
        Plugin.known[cls.name] = cls


class Meta(type):
    def __new__(meta, name, bases, namespace):
        namespace["fields"] = sorted(key for key in namespace if not key.startswith("_"))
        return super().__new__(meta, name, bases, namespace)

    def __init__(cls, name, bases, namespace):
        super().__init__(name, bases, namespace)
        cls.labels = [value for value in namespace.values() if isinstance(value, str)]


class Reader(Plugin):
    name = "reader"
    timeout = 2


class Row(metaclass=Meta):
    first = 1

    def told(self):
        return 2
