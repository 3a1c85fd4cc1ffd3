import dataclasses
import typing


@dataclasses.dataclass(slots=True)
class Point:
    limit: typing.ClassVar[int] = 2
    x: int
    y: float = 3.5
    tags: list = dataclasses.field(default_factory=list, repr=False)
    more: int = 1

    def total(self):
        return self.x * self.y + self.more
