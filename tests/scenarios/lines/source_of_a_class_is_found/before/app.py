class Box:
    def method(self):
        return "method"


class Other:
    size = 1
