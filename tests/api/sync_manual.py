"""[sync] mode = manual: a save waits for refresh(), and runs on the thread that calls it."""

import threading
import time

import jurigged
from kit import module, save

assert jurigged._native.mode() == "manual"
m = module("m", "import threading\ndef f():\n    return 0\n")
save("m.py", "import threading\ndef f():\n    return 1\nthread = threading.current_thread()\n")
# Longer than any save takes to be applied at once.
time.sleep(0.3)
assert m.f() == 0 and [str(change) for change in jurigged.plan()]
assert jurigged.refresh().ok and m.f() == 1
assert m.thread is threading.main_thread()
reports = []
save("m.py", "import threading\ndef f():\n    return 2\nthread = threading.current_thread().name\n")
other = threading.Thread(target=lambda: reports.append(jurigged.refresh()), name="worker")
other.start()
other.join()
assert reports[0].ok and m.f() == 2 and m.thread == "worker"
# A statement that refreshes is part of the save that is being applied.
save("m.py", "import jurigged, threading\ndef f():\n    return 3\ninner = jurigged.refresh()\n")
assert jurigged.refresh().ok and m.f() == 3 and m.inner.diagnostics[0].code == "refresh"
print("ok")
