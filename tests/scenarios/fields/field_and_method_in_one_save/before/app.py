from dataclasses import dataclass


@dataclass
class Hold:
    level: int

    def shown(self):
        return f"level {self.level}"


class Base:
    def close(self):
        return "closed"


@dataclass
class Kept(Base):
    name: str = "kept"
