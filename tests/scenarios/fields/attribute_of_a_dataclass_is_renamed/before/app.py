import dataclasses


@dataclasses.dataclass
class Shelf:
    size: int = 3
    LIMIT = 27, "books"
