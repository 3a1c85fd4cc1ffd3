"""Loops at the top of a module."""

from editing import edit
from jurigged import reloading

a = b = 0
for a, (b, *c) in reloading([(i, (i, 1, 2)) for i in range(5)]):
    if a == 1:
        edit("# leave", "if a == 3: a = 99; break")
    # leave
else:
    a = "left by break"
assert (a, b, c) == (99, 3, [1, 2])

clauses = []
for i in reloading(range(2)):
    if i == 0:
        edit("clauses.append('body')", "clauses.append(['body', i])")
    clauses.append('body')
else:
    clauses.append('else')
assert clauses == ["body", ["body", 1], "else"], clauses

for i in reloading(range(2)):
    if i == 0:
        edit("last = 'old'", "last = 'new'")
else:
    last = 'old'
assert last == "new"

pairs = []
for i in reloading(range(3)):
    if i == 0:
        edit("# outer", "made = i")
    # outer
    for j in reloading(range(3)):
        if (i, j) == (1, 0):
            edit("pairs.append((i, j))", "pairs.append(i * 10 + j)\n        if j == 1: break")
        pairs.append((i, j))
assert pairs == [(0, 0), (0, 1), (0, 2), (1, 0), 11, 20, 21], pairs
assert made == 2

functions = []
for i in reloading(range(3)):
    if i == 0:
        edit("functions.append(None)", "functions.append(lambda: i)")
    functions.append(None)
assert [function and function() for function in functions] == [None, 2, 2]
assert not [name for name in globals() if name.startswith("_jurigged")]
print("ok")
