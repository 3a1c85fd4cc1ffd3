"""``%load_ext jurigged`` in an IPython that runs in this process."""

import contextlib
import io
import os
import re
import sys

from IPython.core.interactiveshell import InteractiveShell

sys.path.insert(0, os.getcwd())
shell = InteractiveShell.instance()


def cell(text, fails=False):
    """Runs a cell as a user does; returns what it printed, errors included."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
        result = shell.run_cell(text, store_history=True)
    printed = re.sub(r"\x1b\[[0-9;]*m", "", out.getvalue())
    assert result.success != fails, printed
    return printed


def save(name, text):
    with open(name + ".new", "w", encoding="utf-8") as file:
        file.write(text)
    os.replace(name + ".new", name)


def has(text, *parts):
    for part in parts:
        assert part in text, f"{part!r} is not in {text!r}"


save("shop.py", "def price():\n    return 1\n")
cell("%load_ext jurigged")
cell("import shop\nfrom shop import price\nimport time")

# Before every cell what is saved is live, names imported from it too.
for number in range(2, 12):
    save("shop.py", f"def price():\n    return {number}\n")
    text = cell("print('got', shop.price(), price())")
    has(text, f"got {number} {number}", "Update shop.price @L1")
    assert "Update" not in cell("pass"), "told once"

# Errors are shown in the cell, which runs all the same.
save("shop.py", "def price(:\n")
has(cell("print(price())"), "error[syntax]", "shop.py:1:11", "running now: the code from before this save", "11\n")
has(cell("%jurigged status"), "error[syntax]")
save("shop.py", "def price():\n    return 20\n")
has(cell("print(price())"), "20\n")

# Nothing is applied while a cell runs.
edit_meanwhile = """
with open('shop.py', 'w') as file:
    file.write('def price():\\n    return {0}\\n')
time.sleep(0.3)
print('in the cell', price())
"""
has(cell(edit_meanwhile.format(30)), "in the cell 20")
has(cell("print(price())"), "Update shop.price", "30\n")

# Unless that is asked for.
cell("%jurigged on --immediate")
waits = """
with open('shop.py', 'w') as file:
    file.write('def price():\\n    return 40\\n')
end = time.monotonic() + 30
while price() != 40 and time.monotonic() < end:
    time.sleep(0.001)
print('in the cell', price())
"""
has(cell(waits), "in the cell 40")
cell("%jurigged on")
has(cell(edit_meanwhile.format(50)), "in the cell 40")

# Off, now, plan, undo.
cell("%jurigged off")
save("shop.py", "def price():\n    return 60\n")
has(cell("print(price())"), "40\n")
has(cell("%jurigged plan"), "shop.price")
has(cell("print(price())"), "40\n")
has(cell("%jurigged now"), "Update shop.price @L1")
has(cell("print(price())"), "60\n")
has(cell("%jurigged undo"), "Update shop.price")
has(cell("print(price())"), "40\n")
cell("%jurigged on")
has(cell("print(price())"), "40\n")
save("shop.py", "def price():\n    return 70\n")
has(cell("print(price())"), "70\n")
has(cell("%jurigged nonsense"), "%jurigged on --immediate")

# A cell that defines something again patches the objects that others hold.
DEFINES = """
def area(side):
    return side * {0}

class Shape:
    count = 0

    def size(self):
        return super().__repr__()[:0] + 'size {0}'
"""
cell(DEFINES.format(1))
cell("held, shape, bound, kept = area, Shape(), Shape().size, [area]\nidentity = id(area), id(Shape)\nShape.count = 5")
for number in (2, 3, 4):
    has(cell(DEFINES.format(number)), "Update __main__.area @L1", "Update __main__.Shape.size @L7")
    cell(
        f"assert held(10) == kept[0](10) == area(10) == {number * 10}\n"
        f"assert shape.size() == bound() == 'size {number}'\n"
        "assert (id(area), id(Shape)) == identity and isinstance(shape, Shape) and Shape.count == 5"
    )
assert "Update" not in cell(DEFINES.format(4)), "nothing has changed"
cell("assert (id(area), id(Shape)) == identity")

# From another cell, alone, with other parameters, and with what was not there before.
has(cell("# one\n# two\n\ndef area(side, by=7):\n    return side + by"), "Update __main__.area @L4")
cell("assert held(1) == 8 and held is area and shape.size() == 'size 4'")
cell("class Shape:\n    def size(self):\n        return 'size 5'\n    def name(self):\n        return 'shape'")
cell("assert shape.size() == bound() == 'size 5' and shape.name() == 'shape'")

# Tracebacks show the lines of the cell that was run last.
cell("def area(side):\n    first = side\n    return first.missing")
ran = shell.execution_count - 1
has(cell("held(1)", fails=True), f"Cell In[{ran}], line 3, in area(side)", "return first.missing", "AttributeError")

# A cell that fails half way has still defined what stands above.
cell("def area(side):\n    return 'again'\n1 / 0", fails=True)
cell("assert held(0) == area(0) == 'again'")

# What the name means afterwards is no definition of the cell.
cell("def area(side):\n    return 'inner'\narea = 5")
cell("assert area == 5 and held(0) == 'again'")

# Decorated, async, generators.
cell("import functools, asyncio\n@functools.lru_cache\ndef cached(n):\n    return n + 1\nheld = cached\nassert held(1) == 2")
cell("@functools.lru_cache\ndef cached(n):\n    return n + 2")
cell("assert held(1) == cached(1) == 3")
cell("async def later():\n    return 1\nheld = later")
cell("async def later():\n    return 2")
cell("assert asyncio.run(held()) == 2" if sys.version_info < (3, 10) else "assert await held() == 2")

cell("%unload_ext jurigged")
save("shop.py", "def price():\n    return 80\n")
has(cell("print(price())"), "70\n")
print("ok")
