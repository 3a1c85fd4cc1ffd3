"""What cannot be right is said, and not done wrong."""

from editing import edit, told
from jurigged import reloading


def yields_now():
    found = []
    for i in reloading(range(4)):
        if i == 1:
            edit("found.append(i)", "found.append((yield))")
        found.append(i)
    return found


with told() as stream:
    assert yields_now() == [0, 1, 2, 3]
text = stream.getvalue()
assert text.count("error[reloading]: the loop in `yields_now` keeps its old body") == 1, text
assert "the call that runs is no generator" in text, text


def outer():
    there = "there"

    def inner():
        found = []
        for i in reloading(range(4)):
            if i == 1:
                edit("found += [i]", "found += [there]")
            found += [i]
        return found

    return inner(), there


with told() as stream:
    assert outer()[0] == [0, 1, 2, 3]
assert "it uses `there` of a scope around the function" in stream.getvalue(), stream.getvalue()


def removed():
    found = []
    for i in reloading(range(4)):
        if i == 1:
            edit("for i in reloading(range(4)):  # this", "if True:  # that")
        found.append(i)
    return found


edit("for i in reloading(range(4)):\n        if i == 1:\n            edit(\"for", "for i in reloading(range(4)):  # this\n        if i == 1:\n            edit(\"for")
with told() as stream:
    assert removed() == [0, 1, 2, 3]
text = stream.getvalue()
assert text.count("the loop is not in the file any more") == 1, text


def another_iterable():
    found = []
    for i in reloading([1, 2, 3]):
        if i == 1:
            edit("for i in reloading([1, 2, 3]):", "for i in reloading([7, 8, 9]):")
        found.append(i)
    return found


with told() as stream:
    assert another_iterable() == [1, 2, 3]
text = stream.getvalue()
assert text.count("the loop goes over what it was started with") == 1, text


def not_in_a_for_statement():
    return [i for i in reloading(range(3))]


with told() as stream:
    assert not_in_a_for_statement() == [0, 1, 2]
assert "runs as it is, its body is not read again" in stream.getvalue(), stream.getvalue()

namespace = {"reloading": reloading}
exec("def made():\n    found = []\n    for i in reloading(range(3)):\n        found.append(i)\n    return found", namespace)
with told() as stream:
    assert namespace["made"]() == [0, 1, 2]
assert "runs as it is, its body is not read again" in stream.getvalue(), stream.getvalue()


def somebody_elses(values):
    return values[::-1]


def of_another_kind():
    reloading = somebody_elses
    found = []
    for i in reloading([1, 2, 3]):
        if i == 2:
            continue
        found.append(i)
    else:
        found.append("else")
    return found


with told() as stream:
    assert of_another_kind() == [3, 1, "else"], "another function of that name"
assert stream.getvalue() == ""

with told() as stream:
    for i in reloading(range(3)):
        if i == 1:
            break
    else:
        i = None
        raise SystemExit("left by break")
text = stream.getvalue()
assert "a loop with an `else` clause runs as it is" in text, text
print("ok")
