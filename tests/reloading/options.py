"""``every``, ``forever``, and what is refused at once."""

from editing import edit
from jurigged import reloading


def every():
    found = []
    for i in reloading(range(8), every=3):
        if i == 0:
            edit("found.append(i)", "found.append(-i)")
        found.append(i)
    return found


assert every() == [0, 1, 2, -3, -4, -5, -6, -7]


def forever():
    count = 0
    for _ in reloading(forever=True):
        if count == 3:
            edit("# end", "if count > 5: break")
        # end
        count += 1
    return count


assert forever() == 6


def nothing():
    for i in reloading([]):
        raise AssertionError("an empty iterable")
    else:
        return "else"


assert nothing() == "else"


class Items:
    """Has no truth value, as arrays have none."""

    def __iter__(self):
        return iter("ab")

    def __bool__(self):
        raise ValueError("ambiguous")


assert [item for item in "ab"] == [item for item in Items()]


def without_truth():
    found = []
    for item in reloading(Items()):
        found.append(item)
    return found


assert without_truth() == ["a", "b"]
for wrong in (0, -1, 1.5, "2"):
    try:
        reloading([], every=wrong)
    except ValueError as error:
        assert "every" in str(error)
    else:
        raise AssertionError(f"every={wrong!r} was taken")
try:
    list(reloading())
except TypeError as error:
    assert "forever=True" in str(error)
else:
    raise AssertionError("nothing to iterate over")
try:
    reloading([1], forever=True)
except TypeError as error:
    assert "forever" in str(error)
else:
    raise AssertionError("an iterable and forever")
print("ok")
