def made():
    return 1


zeroth: int = made()
first: bytes = b"1"
second: int = 2
third: int


class Schema:
    a: str = "a"
    b: int = 1
    c: int


fourth: int = made()
