def make():
    def hidden():
        return "new hidden"

    return hidden


def plain():
    return "new plain"
