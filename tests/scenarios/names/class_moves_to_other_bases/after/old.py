class Base:
    kind = "old"
