from dataclasses import dataclass


@dataclass(frozen=True)
class _Settings:
    host: str
    port: int = 80
    is_singleton: bool = False

    def address(self):
        return f"{self.host}:{self.port}"


class _Written:
    "_Written(as the user has written it)"

    def __init__(self, colour):
        self.colour = colour.upper()
        self.weights = [len(part) for part in colour.split()]

    def total(self, more=()):
        return sum(self.weights) + sum(more)
