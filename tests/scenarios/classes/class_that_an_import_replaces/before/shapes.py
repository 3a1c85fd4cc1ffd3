class Shape:
    def name(self):
        return "shape"


class Other:
    def name(self):
        return "other"
