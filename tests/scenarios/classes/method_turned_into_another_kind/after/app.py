class Kinds:
    value = 5

    @staticmethod
    def plain():
        return "now static"

    @classmethod
    def static(cls):
        return "now class", cls.value

    def klass(self):
        return "now plain", self.value

    def prop(self):
        return "now plain", self.value

    @property
    def simple(self):
        return "now property"
