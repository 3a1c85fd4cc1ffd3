import abc


class Shelf:
    class Label(dict):
        def shown(self):
            return "shown"

    labels = Label, [Label]

    def label(self):
        return self.Label().shown()


class Other:
    kind = Shelf.Label
