class Meta(type):
    def tell(cls):
        return f"meta of {cls.__name__}"


class Plain(metaclass=Meta):
    pass
