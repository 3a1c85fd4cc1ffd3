import dataclasses
from dataclasses import dataclass, field
from typing import ClassVar

made = []


def make():
    made.append(1)
    return {"made": len(made)}


@dataclass(order=True)
class Base:
    name: str
    tags: list = field(default_factory=list)
    level: int = 1
    gone: str = "gone"
    count: ClassVar[int] = 0

    def tell(self):
        Base.count += 1
        return f"{self.name} {self.level}"


@dataclass
class Child(Base):
    extra: float = 0.5

    def __repr__(self):
        return f"<child {self.name} {self.extra}>"


@dataclasses.dataclass(frozen=True)
class Frozen:
    x: int
    y: int = 2


@dataclass
class Documented:
    """Written by hand."""

    a: int = 1
