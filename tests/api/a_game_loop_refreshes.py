"""A game loop calls refresh() in each turn; an error is in the report, the game goes on with the old code."""

import jurigged
from kit import module, save

m = module("rules", "SPEED = 1\ndef move(x):\n    return x + SPEED\n")
saves = {
    3: "SPEED = 2\ndef move(x):\n    return x + SPEED\n",
    5: "SPEED = 2\ndef move(x:\n    return x - SPEED\n",
    7: "SPEED = 2\ndef move(x):\n    return x - SPEED\n",
    8: "SPEED = 1 / 0\ndef move(x):\n    return 0\n",
}
x, track, told = 0, [], {}
for turn in range(10):
    if turn in saves:
        save("rules.py", saves[turn])
    report = jurigged.refresh(timeout=30)
    if report or report.diagnostics:
        told[turn] = ([str(change) for change in report], [it.code for it in report.errors], report.undone)
    x = m.move(x)
    track.append(x)
assert track == [1, 2, 3, 5, 7, 9, 11, 9, 7, 5], track
assert told == {
    3: (["Run rules @L1: SPEED = 2"], [], False),
    5: ([], ["syntax"], False),
    7: (["Update rules.move @L2"], [], False),
    8: ([], ["fail"], True),
}, told
assert [entry["state"] for entry in jurigged.status()] == ["pending"], jurigged.status()
print("ok")
