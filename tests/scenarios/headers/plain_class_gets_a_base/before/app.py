import other


class Base:
    def greet(self):
        return "base"


class Meta(type):
    def tell(cls):
        return f"meta of {cls.__name__}"


class Plain:
    count = 0

    def __init__(self, value=1):
        self.value = value

    def show(self):
        return f"{type(self).__name__} {self.value}"

    def me(self):
        return __class__


class Below(Plain):
    def show(self):
        return "below " + super().show()


class Metal:
    pass


kept = [Plain(), Below(2)]
table = {"plain": Plain, 5: Plain}
makers = [Plain, Metal]
kinds = (Plain, Metal)
names = {Plain: "plain", Metal: "metal"}
seen = {Plain}
fixed = frozenset({Plain, 5})


def is_known(it, kinds=(Plain, list)):
    return isinstance(it, kinds)
state = Plain.count
