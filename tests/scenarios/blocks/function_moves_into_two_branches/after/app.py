FLAG = True
items = [1, 2]

if FLAG:
    def value(x):
        return f"new {x}"

    def numbers(n):
        yield n
        yield n + 1
else:
    def value(x):
        return f"other {x}"

    def numbers(n):
        yield n
        yield n + 2


if len(items) == 3:
    def chosen(x):
        return f"three {x}"
else:
    def chosen(x):
        return f"not three {x}"


if items:
    def alone(x):
        return f"new alone {x}"


class Box:
    if FLAG:
        def size(self):
            return "new size"
    else:
        def size(self):
            return "other size"


TABLE = [value, chosen]
