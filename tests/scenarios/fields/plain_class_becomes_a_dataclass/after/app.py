from dataclasses import dataclass, field


@dataclass
class Trivia:
    """What stands around a value."""

    kind = "trivia"
    indent: str = ""
    trail: str = "."
    items: list = field(default_factory=list)

    def text(self):
        return self.indent + self.trail
