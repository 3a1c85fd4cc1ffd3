class Root:
    def name(self):
        return "root"


class One(Root):
    def name(self):
        return "one"


class Child(One):
    pass
