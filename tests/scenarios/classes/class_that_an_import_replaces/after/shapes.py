class Shape:
    def name(self):
        return "shape"

    def sides(self):
        return 4


class Other:
    def name(self):
        return "other"
