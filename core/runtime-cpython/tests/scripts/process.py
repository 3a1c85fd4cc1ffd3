"""The end of a process, forks and event loops, while a native thread attaches and commits in a loop."""
import os, subprocess, sys, tempfile, textwrap, time, types

HERE = os.path.dirname(os.path.abspath(__file__))
ROUNDS = 15

PREAMBLE = """
import sys
sys.path.insert(0, {here!r})
from load import driver
driver.install_hooks()
def f(): return 1
def g(): return 2
def h(): return 3
def calls(): return sum(range(50))
def busy(): driver.attach_for_ever(f, [g, h], calls)
"""


def run(body, timeout=30):
    source = PREAMBLE.format(here=HERE) + textwrap.dedent(body)
    start = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, timeout=timeout)
    return done.returncode, done.stdout, done.stderr, time.perf_counter() - start


def check(got, want):
    if got != want:
        raise AssertionError(f"{got!r} is not {want!r}")


def exit_while_attaching():
    endings = {"": (0, ""), "sys.exit(3)": (3, ""), "raise SystemExit('bye')": (1, "bye\n"), "import os; os._exit(4)": (4, ""),
               "import threading; threading.Thread(target=lambda: time.sleep(0.05)).start()": (0, "")}
    slowest = 0
    for ending, (status, error) in endings.items():
        for _ in range(ROUNDS):
            got = run(f"busy()\nimport time\ntime.sleep(0.02)\n{ending}\n")
            check(got[:3], (status, "", error))
            slowest = max(slowest, got[3])
    print(f"  {len(endings) * ROUNDS} exits beside an attaching thread, slowest {slowest:.2f} s")


def exit_beside_code_that_never_returns():
    status, out, error, seconds = run("""
        import threading, time
        entered = threading.Event()
        def calls():
            entered.set()
            time.sleep(1000)
        busy()
        entered.wait()
        """)
    check((status, out, error), (0, "", ""))
    assert seconds < 15, seconds
    status, out, error, seconds = run("""
        import threading
        entered = threading.Event()
        def calls():
            entered.set()
            while True: pass
        busy()
        entered.wait()
        """)
    check((status, out, error), (0, "", ""))
    assert seconds < 15, seconds


def fork():
    for _ in range(ROUNDS):
        status, out, error, _ = run("""
            import os, time
            busy()
            for _ in range(5):
                time.sleep(0.002)
                child = os.fork()
                if child == 0:
                    def a(): return 'a'
                    def b(): return 'b'
                    assert driver.commit([("code", a, a.__code__, b.__code__)]) is None
                    assert a() == 'b'
                    sys.exit(10 + driver.forked())
                status = os.waitpid(child, 0)[1]
                assert os.WEXITSTATUS(status) == 11, status
            if "warnings" in sys.modules:
                assert not any("multi-threaded" in str(filter) for filter in sys.modules["warnings"].filters)
            print(driver.forked())
            """)
        check((status, out, error), (0, "0\n", ""))


def a_fork_beside_threads_of_the_program_still_warns():
    status, out, error, _ = run("""
        import os, threading
        busy()
        stop = threading.Event()
        threading.Thread(target=stop.wait).start()
        if os.fork() == 0:
            os._exit(0)
        os.wait()
        stop.set()
        """)
    check((status, "multi-threaded" in error), (0, sys.version_info >= (3, 12)))


def asyncio_loop():
    status, out, error, _ = run("""
        import asyncio
        busy()
        async def work(n):
            seen = set()
            for _ in range(300):
                seen.add(f())
                await asyncio.sleep(0)
            return seen
        async def main():
            return await asyncio.gather(*(work(n) for n in range(20)))
        results = set().union(*asyncio.run(main()))
        assert results <= {1, 2, 3}, results
        """)
    check((status, out, error), (0, "", ""))


def multiprocessing_pool():
    folder = tempfile.mkdtemp()
    path = os.path.join(folder, "pool.py")
    with open(path, "w") as file:
        file.write(PREAMBLE.format(here=HERE) + textwrap.dedent("""
            import multiprocessing
            def double(x): return 2 * x
            if __name__ == "__main__":
                busy()
                with multiprocessing.get_context("fork").Pool(2) as pool:
                    print(pool.map(double, range(4)))
            """))
    done = subprocess.run([sys.executable, "-W", "ignore", path], capture_output=True, text=True, timeout=60)
    check((done.returncode, done.stdout, done.stderr), (0, "[0, 2, 4, 6]\n", ""))


for name, test in list(globals().items()):
    if isinstance(test, types.FunctionType) and test.__code__.co_argcount == 0:
        try:
            test()
        except BaseException:
            print("FAILED", name)
            raise
print("ok")
