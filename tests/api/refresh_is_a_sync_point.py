"""save -> refresh() returns -> the new code runs: without a sleep, 200 times, however the file is saved."""

import jurigged
from kit import module, save

m = module("game", "def turn():\n    return 0\nVERSION = 0\n")
held = m.turn
for number in range(1, 201):
    # Of equal size within a decade, so that the file's metadata may not tell the saves of one clock tick apart.
    save("game.py", f"def turn():\n    return {number}\nVERSION = {number}\n", ("in place", "rename")[number % 3 == 0])
    report = jurigged.refresh()
    assert (held(), m.VERSION) == (number, number), (number, held(), m.VERSION, report)
    assert report.ok, report
    assert {str(change) for change in report} == {
        "Update game.turn @L1",
        f"Run game @L3: VERSION = {number}",
    }, report
# Nothing new: nothing done, nothing told.
assert list(jurigged.refresh()) == []
print("ok")
