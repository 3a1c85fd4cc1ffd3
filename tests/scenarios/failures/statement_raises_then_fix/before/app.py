LIMIT = 1


def work():
    return "old", LIMIT


class Box:
    size = 1

    def get(self):
        return "old"
