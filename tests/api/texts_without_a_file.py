"""register, apply, running_text: what notebooks, prompts and recoders are built on."""

import linecache
import sys
import types

import jurigged
from kit import module, save

native = jurigged._native
cell = "<cell 1>"
text = "def f():\n    return 1\nstate = []\n"
live = types.ModuleType("cells")
sys.modules["cells"] = live
exec(compile(text, cell, "exec"), live.__dict__)
held = live.f
try:
    native.apply(cell, text)
except KeyError as error:
    assert cell in str(error)
else:
    raise AssertionError("nobody told of the cell")
native.register("cells", cell, text)
assert cell in native.files() and native.running_text(cell) == text
live.state.append(1)
new = "\n\ndef f():\n    return 2\nstate = []\n"
report = jurigged.Report.of(native.apply(cell, new))
assert [str(change) for change in report] == ["Update cells.f @L3"], report
assert held() == 2 and live.state == [1] and native.running_text(cell) == new
assert held.__code__.co_firstlineno == 3
# What fails leaves everything as it was.
report = jurigged.Report.of(native.apply(cell, new + "1 / 0\n"))
assert report.undone and native.running_text(cell) == new and held() == 2
report = jurigged.Report.of(native.apply(cell, "def f(:\n"))
assert [it.code for it in report.errors] == ["syntax"] and held() == 2
assert jurigged.Report.of(native.apply(cell, new)).ok
assert native.running_text("nowhere.py") is None
# A file can run another text than it has; its next save is compared with that.
m = module("m", "def f():\n    return 'disk'\n")
jurigged.refresh()
assert jurigged.Report.of(native.apply("m.py", "def f():\n    return 'given'\n")).ok
assert m.f() == "given" and list(jurigged.refresh()) == [] and m.f() == "given"
save("m.py", "def f():\n    return 'saved'\n")
assert jurigged.refresh().ok and m.f() == "saved"
assert jurigged.undo().ok and m.f() == "given"
print("ok")
