def plain():
    import app

    return app.Plain


class Holder:
    def __init__(self, cls):
        self.cls = cls
