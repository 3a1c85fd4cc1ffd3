"""[sync] mode = main-thread: what a save runs may use signals and the running loop."""

import asyncio
import signal
import threading

import jurigged
from kit import module, save, wait

assert jurigged._native.mode() == "main-thread", jurigged._native.mode()
threads = __import__("builtins").threads = []
told = []
jurigged.on_change(lambda changes: told.append((threading.current_thread() is threading.main_thread(), changes)))

BEFORE = "import signal, threading\ndef f():\n    return 0\n"
m = module("m", BEFORE)


def edited(value):
    return (
        f"import signal, threading\ndef f():\n    return {value}\n"
        f"old = signal.signal(signal.SIGUSR1, lambda *_: {value})\n"
        f"threads.append((threading.current_thread().name, {value}))\n"
    )


# A busy loop, without a call of jurigged in it.
save("m.py", edited(1))
wait(lambda: m.f() == 1, "the busy main thread")
wait(lambda: threads, "the statement")
assert threads == [("MainThread", 1)], threads
assert signal.getsignal(signal.SIGUSR1) is not signal.SIG_DFL
# A refresh on the main thread, and on another one.
save("m.py", edited(2))
assert jurigged.refresh(timeout=30).ok and m.f() == 2
save("m.py", edited(3))
answers = []
other = threading.Thread(target=lambda: answers.append(jurigged.refresh(timeout=30)))
other.start()
wait(lambda: answers, "the answer of the other thread")
assert answers[0].ok and m.f() == 3 and threads[-1] == ("MainThread", 3), (answers, threads)


async def serve():
    """An idle loop, which waits in a system call."""
    done = asyncio.Event()
    m.done = done
    save("m.py", edited(4) + "import asyncio\nloop = asyncio.get_running_loop()\nloop.call_soon(done.set)\n")
    await asyncio.wait_for(done.wait(), 30)
    assert m.loop is asyncio.get_running_loop() and m.f() == 4


asyncio.run(serve())
assert all(is_main for is_main, _ in told), told
assert not any(changes.errors for _, changes in told), told
print("ok")
