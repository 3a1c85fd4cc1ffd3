class Meta(type):
    def __call__(cls, *args):
        made = super().__call__(*args)
        made.tag = "old"
        return made


class Thing(metaclass=Meta):
    __slots__ = ("tag",)

    def show(self):
        return f"old show of {self.tag}"
