"""undo() takes the last edits back one by one; no other save brings them again, the next save of the file does."""

import os

import jurigged
from kit import module, save

a = module("a", "N = 0\ndef f():\n    return 0\n")
b = module("b", "def g():\n    return 0\n")
held = a.f
for number in (1, 2, 3):
    save("a.py", f"N = {number}\ndef f():\n    return {number}\n")
    assert jurigged.refresh().ok
assert [batch.events for batch in jurigged.history()] == [
    [f"Run a @L1: N = {number}", "Update a.f @L2"] for number in (1, 2, 3)
], jurigged.history()
report = jurigged.undo()
assert report.ok and [str(change) for change in report] == ["Run a @L1: N = 2", "Update a.f @L2"], report
assert (a.N, held()) == (2, 2)
assert jurigged.undo().ok and (a.N, held()) == (1, 1)
assert len(jurigged.history()) == 1
# The file still has it, which status tells.
states = {(entry["state"], os.path.basename(entry["place"]["path"])) for entry in jurigged.status()}
assert states == {("undone", "a.py")}, states
assert "return 3" in open("a.py").read()
assert list(jurigged.refresh()) == [] and held() == 1
save("b.py", "def g():\n    return 1\n")
assert [str(change) for change in jurigged.refresh()] == ["Update b.g @L1"]
assert (held(), b.g()) == (1, 1)
# Undo goes by the order of the edits, whatever the file.
assert jurigged.undo().ok and (held(), b.g()) == (1, 0)
assert jurigged.undo().ok and (a.N, held()) == (0, 0)
try:
    jurigged.undo()
except RuntimeError as error:
    assert "nothing to undo" in str(error)
else:
    raise AssertionError("the history was empty")
# Saving the same text again means: apply it.
save("a.py", "N = 3\ndef f():\n    return 3\n")
assert jurigged.refresh().ok and (a.N, held()) == (3, 3)
states = {os.path.basename(entry["place"]["path"]) for entry in jurigged.status()}
assert states == {"b.py"}, states
print("ok")
