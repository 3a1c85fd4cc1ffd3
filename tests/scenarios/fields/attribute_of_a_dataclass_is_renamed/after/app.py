import dataclasses


@dataclasses.dataclass
class Shelf:
    size: int = 3
    MOST = 30, "books"
