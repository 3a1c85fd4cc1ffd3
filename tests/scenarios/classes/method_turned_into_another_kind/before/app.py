class Kinds:
    value = 5

    def plain(self):
        return self.value

    @staticmethod
    def static():
        return "static"

    @classmethod
    def klass(cls):
        return cls.value

    @property
    def prop(self):
        return self.value

    def simple(self):
        return "simple"
