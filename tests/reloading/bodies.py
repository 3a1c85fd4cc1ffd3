"""The body of a loop in a function: everything that can leave an iteration, and every way to use a variable."""

from editing import edit
from jurigged import reloading


def body_and_locals(unit):
    total = 0
    for i in reloading(range(6)):
        total += unit
        if i == 1:
            edit("total += unit", "total += 100 * unit")
        if i == 3:
            edit("total += 100 * unit", "added = i; total += 100 * unit + added; del unit; unit = 1")
    return total, unit, i


assert body_and_locals(1) == (1 + 1 + 100 + 100 + 104 + 105, 1, 5), "local writes"


def breaks():
    for i in reloading(range(9)):
        if i == 1:
            edit("# leave early", "if i == 3: break")
        # leave early
    else:
        return "else"
    return i


assert breaks() == 3


def is_exhausted():
    for i in reloading(range(3)):
        if i == 1:
            edit("clause = 'old'", "clause = 'new'")
    else:
        clause = 'old'
    return clause


assert is_exhausted() == "new"


def gains_an_else():
    clause = None
    for i in reloading(range(3)):
        if i == 1:
            edit("# here an else", "else: clause = i")
    # here an else
    return clause


assert gains_an_else() == 2


def continues():
    seen = []
    for i in reloading(range(5)):
        if i == 1:
            edit("# skip", "if i % 2: continue")
        # skip
        seen.append(i)
    return seen


assert continues() == [0, 1, 2, 4]


def returns():
    for i in reloading(range(5)):
        try:
            if i == 1:
                edit("# return", "if i == 2: return ['returned', i]")
            # return
        finally:
            last = i
    return "fell through"


assert returns() == ["returned", 2]


def nested():
    seen = []
    for i in range(2):
        for j in reloading(range(3)):
            if (i, j) == (0, 0):
                edit("# outer", "seen += [(i, j)]")
            # outer
            for k in reloading(range(3)):
                if (i, j, k) == (0, 1, 0):
                    edit("# inner", "seen.append((i, j, k))\n                if k == 1: break")
                # inner
            else:
                if (i, j) == (1, 2):
                    return seen
                continue
            if (i, j) == (1, 1):
                edit("if k == 1: break", "if j == 2: return seen, 'from the inner one'")
    return seen, "fell through"


seen, where = nested()
assert where == "from the inner one", where
assert seen == [(0, 1), (0, 1, 1), (0, 2), (0, 2, 0), (0, 2, 1)] + [
    (1, 0), (1, 0, 0), (1, 0, 1), (1, 1), (1, 1, 0), (1, 1, 1), (1, 2), (1, 2, 0)
], seen


def else_of_a_nested_loop():
    seen = []
    for i in range(4):
        for j in reloading(range(2)):
            if (i, j) == (0, 0):
                edit("seen += [i]", "if i == 1: continue\n            if i == 2: break\n            seen.append(-i)")
        else:
            seen += [i]
        seen.append("after")
    return seen


assert else_of_a_nested_loop() == [0, "after"], "the else clause continues and leaves the loop around"


def closures(start):
    def read():
        return count

    count = start
    made = []
    for i in reloading(range(4)):
        count += 1
        if i == 1:
            edit("made.append(read)", "made.append(lambda: (count, i))")
        made.append(read)
    count = 50
    return [each() for each in made]


assert closures(10) == [50, 50, (50, 3), (50, 3)], "closures share the variables of the call"


def enclosing(step):
    total = 0

    def add():
        nonlocal total
        for i in reloading(range(4)):
            total += step
            if i == 1:
                edit("total += step", "total += 10 * step")

    add()
    return total


assert enclosing(1) == 22


class Base:
    def name(self):
        return "base"


class Derived(Base):
    __secret = 7

    def name(self):
        names = [super().name()]
        for i in reloading(range(3)):
            if i == 0:
                edit("# super", "names.append((super().name(), self.__secret, __class__.__name__))")
            # super
        return names


assert Derived().name() == ["base", ("base", 7, "Derived"), ("base", 7, "Derived")]

setting = 1


def globals_too():
    global setting
    for i in reloading(range(3)):
        if i == 0:
            edit("# assign", "setting = setting + 10")
        # assign
    return locals().keys() & {"setting"}


assert not globals_too() and setting == 21


def recursive(depth):
    found = []
    for i in reloading(range(2)):
        if depth == 2 and i == 0:
            edit("found.append(depth)", "found.append(depth * 10)")
        found.append(depth)
        if depth and i:
            found += recursive(depth - 1)
    return found


assert recursive(2) == [2, 20, 10, 10, 0, 0], "the name of the function is what it is everywhere else"


def lines():
    import inspect

    for i in reloading(range(2)):
        if i == 0:
            edit("def lines():", "# one more line\ndef lines():")
        line = inspect.currentframe().f_lineno
    return line


with open(__file__, encoding="utf-8") as file:
    expected = [number for number, text in enumerate(file, 1) if "line = inspect.currentframe()" in text][0]
assert lines() == expected + 1, "the lines are those of the new text"


def iterator_goes():
    gone = []

    def items():
        try:
            yield from range(5)
        finally:
            gone.append("closed")

    for i in reloading(items()):
        if i == 1:
            break
    import gc

    gc.collect()
    return gone


assert iterator_goes() == ["closed"], "the iterator ends with the loop"
print("ok")
