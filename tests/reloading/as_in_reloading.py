"""What the package `reloading` from PyPI can do; run with both, it prints the same."""

from editing import edit
from jurigged import reloading

state = "kept"
for i in reloading(range(4)):
    if i == 1:
        edit("print('old', i, state)", "print('new', i * 10, state)")
    print('old', i, state)
print(i)

for a, (b, c) in reloading([(1, (2, 3)), (4, (5, 6))]):
    if a == 1:
        edit("print(a, b, c)", "made = a + b + c; print(made)")
    print(a, b, c)
print(made)

for i in reloading(range(6), every=2):
    if i == 0:
        edit("print('every', i)", "print('every', -i)")
    print('every', i)


def loop_in_a_function(start):
    for i in reloading(range(3)):
        if i == 0:
            edit("print(start + i)", "print(start - i)")
        print(start + i)


loop_in_a_function(100)


@reloading
def add(a, b=1):
    return a + b


print(add(1), add(1, 2))
edit("return a + b", "return a - b")
print(add(1), add(1, 2))
edit("def add(a, b=1):", "def add(a, b=10):")
print(add(1))


@reloading(every=2)
def named():
    return "old"


print(named())
edit('return "old"', 'return "new"')
print(named(), named(), named())
