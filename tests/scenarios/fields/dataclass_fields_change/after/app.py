import dataclasses
from dataclasses import dataclass, field
from typing import ClassVar

made = []


def make():
    made.append(1)
    return {"made": len(made)}


@dataclass(order=True)
class Base:
    level: int = 3
    tags: list = field(default_factory=list)
    name: str = "none"
    options: dict = field(default_factory=make)
    ratio: float = field(default=1.5, repr=False)
    count: ClassVar[int] = 0

    def __post_init__(self):
        self.ready = True

    def tell(self):
        Base.count += 1
        return f"{self.name} {self.level} {self.ratio}"


@dataclass
class Child(Base):
    extra: float = 0.5

    def __repr__(self):
        return f"<child {self.name} {self.extra}>"


@dataclasses.dataclass(frozen=True)
class Frozen:
    x: int
    y: int = 3
    z: tuple = ()


@dataclass
class Documented:
    """Written by hand."""

    a: int = 2
