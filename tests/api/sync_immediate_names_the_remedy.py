"""[sync] mode = immediate: what needs the main thread fails, and the report says what to set."""

import jurigged
from kit import module, save

assert jurigged._native.mode() == "immediate"
m = module("m", "def f():\n    return 0\n")
for statement, error in [
    ("import signal\nsignal.signal(signal.SIGUSR1, signal.SIG_IGN)\n", "main thread"),
    ("import asyncio\nloop = asyncio.get_running_loop()\n", "no running event loop"),
]:
    save("m.py", f"def f():\n    return 1\n{statement}")
    report = jurigged.refresh()
    (told,) = report.errors
    assert report.undone and error in told.message, report
    assert '[sync] mode = "main-thread"' in told.help, told.help
    assert m.f() == 0
save("m.py", "def f():\n    return 1\n1 / 0\n")
assert "main-thread" not in jurigged.refresh().errors[0].help
print("ok")
