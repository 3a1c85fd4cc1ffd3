"""set_passive(True): saves are kept until refresh(), or until it is taken back."""

import time

import jurigged
from kit import module, save, wait

m = module("m", "def f():\n    return 0\n")
jurigged.refresh()
jurigged._native.set_passive(True)
save("m.py", "def f():\n    return 1\n")
time.sleep(0.3)
assert m.f() == 0
assert jurigged.refresh().ok and m.f() == 1
save("m.py", "def f():\n    return 2\n")
time.sleep(0.1)
assert m.f() == 1
jurigged._native.set_passive(False)
wait(lambda: m.f() == 2, "the kept save")
save("m.py", "def f():\n    return 3\n")
wait(lambda: m.f() == 3, "the next save")
print("ok")
