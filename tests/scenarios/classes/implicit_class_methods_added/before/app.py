class Plugin:
    known = []


class Vector:
    pass


class Single:
    def __init__(self):
        self.ready = True
