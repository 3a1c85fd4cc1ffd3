second: int = 2
first: str = "1"


class Schema:
    b: int = 1
    c: int
def made():
    return 1


fourth: int = made()
