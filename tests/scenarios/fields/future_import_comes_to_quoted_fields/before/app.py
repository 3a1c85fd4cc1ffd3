import dataclasses


@dataclasses.dataclass
class Node:
    parent: "Node"
    size: int = 1
