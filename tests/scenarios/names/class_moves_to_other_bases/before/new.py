class Base:
    kind = "new"
