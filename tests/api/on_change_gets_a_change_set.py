"""on_change(callback) gets what changed, typed, and what did not."""

import os

import jurigged
from kit import module, save

seen = []


@jurigged.on_change
def told(changes):
    seen.append(changes)


m = module("m", "class C:\n    def f(self):\n        return 0\nX = 0\n")
jurigged.refresh()
seen.clear()
save("m.py", "class C:\n    def f(self):\n        return 1\nX = 1\ndef g():\n    pass\n")
jurigged.refresh()
(changes,) = seen
assert isinstance(changes, jurigged.ChangeSet)
assert changes.ok and not changes.undone and changes.modules == ["m"]
assert [os.path.basename(file) for file in changes.files] == ["m.py"]
parts = {(change.kind, change.module, change.name, change.line, change.text) for change in changes}
assert parts == {
    ("update", "m", "C.f", 2, None),
    ("run", "m", "", 4, "X = 1"),
    ("add", "m", "g", 5, None),
}, parts
assert {os.path.basename(change.file) for change in changes} == {"m.py"}
assert all(isinstance(change, jurigged.Change) for change in changes)
before = changes.revision
save("m.py", "class C:\n    def f(self):\n        return 1\nX = 1 / 0\ndef g():\n    pass\n")
jurigged.refresh()
changes = seen[-1]
assert changes.undone and not changes.ok and changes.revision == before
(error,) = changes.errors
assert error.code == "fail" and "ZeroDivisionError" in error.message and error.line == 4
assert os.path.basename(error.file) == "m.py" and error.help
# Asking from within cannot be answered, and hangs nothing.
answers = []


def asks(changes):
    try:
        jurigged.undo()
    except RuntimeError as error:
        answers.append(str(error))
    answers.append(jurigged.refresh().diagnostics[0].code)


second = jurigged.on_change(asks)
save("m.py", "class C:\n    def f(self):\n        return 2\nX = 1\ndef g():\n    pass\n")
jurigged.refresh()
assert m.C().f() == 2 and len(answers) == 2 and answers[1] == "refresh", answers
second.stop()
told.stop()
count = len(seen)
save("m.py", "class C:\n    def f(self):\n        return 3\nX = 1\ndef g():\n    pass\n")
jurigged.refresh()
assert m.C().f() == 3 and (len(seen), len(answers)) == (count, 2)
print("ok")
