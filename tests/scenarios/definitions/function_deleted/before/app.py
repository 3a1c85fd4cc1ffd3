def kept():
    return "kept"


def gone():
    return "gone still works, and calls " + kept()


class Gone:
    def method(self):
        return "method of a deleted class"
