import abc


class Shelf:
    class Label(abc.ABC):
        def shown(self):
            return "shown"

    labels = Label, [Label]

    def label(self):
        return self.Label().shown()


class Other:
    kind = Shelf.Label
