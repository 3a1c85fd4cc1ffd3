def added():
    return 1


class Box:
    size = 2

    def method(self):
        return "method"


class Other:
    size = 1
