import dataclasses
import typing


@dataclasses.dataclass(slots=True)
class Point:
    limit: typing.ClassVar[int] = 1
    x: int
    y: int = 2
    tags: list = dataclasses.field(default_factory=list)

    def total(self):
        return self.x + self.y
