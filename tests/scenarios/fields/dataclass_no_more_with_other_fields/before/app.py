from dataclasses import dataclass, field


@dataclass
class Cart:
    owner: str = "nobody"
    items: list = field(default_factory=list)

    def tell(self):
        return self.owner


cart = Cart()
