from dataclasses import dataclass


@dataclass
class Hold:
    level: int
    depth: int = 2

    def shown(self):
        return f"level {self.level} of {self.depth}"

    def leave(self):
        self.level -= 1
        return self.level

    @property
    def double(self):
        return self.depth * 2


class Base:
    def close(self):
        return "closed"


@dataclass
class Kept(Base):
    name: str = "kept"
    size: int = 0

    def close(self):
        return super().close() + self.name

    def __repr__(self):
        return super().close()
