class Trivia:
    """What stands around a value."""

    kind = "plain"
    marks: list = []

    def __init__(self, indent=None, trail=None):
        self.indent = indent or ""
        self.trail = trail or "."

    def text(self):
        return self.indent + self.trail
