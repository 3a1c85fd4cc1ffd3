from __future__ import annotations

import dataclasses


@dataclasses.dataclass
class Node:
    parent: "Node"
    size: int = 1
