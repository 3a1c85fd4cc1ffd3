"""Several watch() in one process, beside the command's own: each stops for itself, and no save is applied twice."""

import os
import threading

import jurigged
from kit import save, wait

# Outside of what the command watches.
folder = os.path.join(os.path.dirname(os.getcwd()), "elsewhere")
os.makedirs(folder, exist_ok=True)
__import__("sys").path.insert(0, folder)


def text(value):
    return f"runs.append({value})\ndef f():\n    return {value}\n"


__import__("builtins").runs = runs = []
for name in "pq":
    save(os.path.join(folder, name + ".py"), text(0))
import p
import q

first = jurigged.watch(os.path.join(folder, "p.py"), logger=None)
second = jurigged.watch(lambda path: os.path.dirname(path) == folder, logger=None)
calls = []
first.prerun.register(lambda path, codefile: calls.append(("before", os.path.basename(path), p.f())))
first.postrun.register(lambda path, codefile: calls.append(("after", os.path.basename(path), p.f())))


def save_both(value):
    for name in "pq":
        save(os.path.join(folder, name + ".py"), text(value))


del runs[:]
save_both(1)
wait(lambda: (p.f(), q.f()) == (1, 1), "both")
wait(lambda: len(calls) == 2, "both hooks")
assert calls == [("before", "p.py", 0), ("after", "p.py", 1)], calls
wait(lambda: len(runs) >= 2, "the statements, which run behind the commit")
second.stop()
jurigged.refresh()
save_both(2)
wait(lambda: p.f() == 2, "the first watcher")
assert q.f() == 1 and not any(change.module == "q" for change in jurigged.refresh())
second.start()
# What was saved while it was stopped.
jurigged.refresh()
assert q.f() == 2
save_both(3)
wait(lambda: (p.f(), q.f()) == (3, 3), "both again")
first.stop()
save_both(4)
wait(lambda: (p.f(), q.f()) == (4, 4), "the second watcher")
wait(lambda: len(runs) >= 8, "the last statements")
assert runs == [1, 1, 2, 2, 3, 3, 4, 4], f"each changed statement runs once, not {runs}"
second.stop()
jurigged.refresh()
save_both(5)
assert list(jurigged.refresh()) == [] and (p.f(), q.f()) == (4, 4)
first.start()
first.refresh(os.path.join(folder, "p.py"))
assert (p.f(), q.f()) == (5, 4)
threading.Timer(0.05, first.stop).start()
first.join()
print("ok")
