def make():
    def hidden():
        return "old hidden"

    return hidden


def plain():
    return "old plain"
