"""Functions with such loops are patched by a session like any other, between calls and while one runs."""

import inspect

from editing import edit
from jurigged import refresh, reloading


def f(step=1):
    out = []
    for i in reloading(range(2)):
        out.append((lambda: i + step)())
    return out, "a"


def make(n):
    def inner():
        total = 0
        for i in reloading(range(3)):
            total += n
        return total, "a"

    return inner


class C:
    def m(self):
        for i in reloading(range(2)):
            self.x = i
        return self.x, "a"


held, inner, c = f, make(5), C()
assert (held(), inner(), c.m()) == (([1, 2], "a"), (15, "a"), (1, "a"))
edit('return out, "a"', 'return out, "b"')
edit('return total, "a"', 'return total + 1, "b"')
edit('return self.x, "a"', 'return self.x, "b", __class__.__name__')
assert refresh().ok
assert (held(), inner(), c.m()) == (([1, 2], "b"), (16, "b"), (1, "b", "C"))
edit("def f(step=1):", "# one\n# two\ndef f(step=10):")
edit("total += n", "total += n * 10")
assert refresh().ok
assert (held(), inner(), make(1)()) == (([10, 11], "b"), (151, "b"), (31, "b"))
assert held is f and inspect.getsource(f).startswith("def f(step=10):")
edit("total = 0", "total = held and 100")
assert refresh().ok
assert (inner(), make(1)()) == ((251, "b"), (131, "b"))


def while_it_runs():
    found = []
    for i in reloading(range(4)):
        if i == 1:
            edit("found.append(i)", "found.append(i * 10)")
            assert refresh().ok
        found.append(i)
    return found


assert while_it_runs() == [0, 1, 20, 30], "the call that runs"
edit("if i == 1:", "if i == 100:")
assert refresh().ok
assert while_it_runs() == [0, 10, 20, 30], "the next call"

# What a session says of a loop at the top of a file: that it reads its body itself.
done = []
for i in reloading(range(3)):
    if i == 0:
        edit("done.append(i)", "last = i\n    done.append(i * 10)")
        report = refresh()
    done.append(i)
assert done == [0, 10, 20] and last == 2, done
assert report.ok and not list(report), report
assert "reads its body again" in str(report.diagnostics), report.diagnostics
print("ok")
