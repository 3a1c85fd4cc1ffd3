"""The loader hook: what is told, that tracebacks do not change, and that a stale `.pyc` does not fool it."""
import importlib.machinery, importlib.util, os, subprocess, sys, tempfile, time, types
from load import driver


def check(got, want):
    if got != want:
        raise AssertionError(f"{got!r} is not {want!r}")


sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
folder = os.path.realpath(tempfile.mkdtemp())
sys.path.insert(0, folder)


def write(name, text, mtime=None):
    path = os.path.join(folder, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as file:
        file.write(text)
    if mtime is not None:
        os.utime(path, (mtime, mtime))
    return path


def told():
    return {name: (str(file), bytes(source), code) for name, file, source, code in driver.loaded()}


def before_the_hook():
    write("early.py", "def early(): pass\n")
    import early
    driver.install_hook(folder)
    check(driver.loaded(), [])
    driver.register()
    name, (file, source, code) = list(told().items())[0]
    check((name, file, source, code), ("early", os.path.join(folder, "early.py"), b"def early(): pass\n", None))
    check([c.co_name for c in driver.codes_of_files([file])[0]], ["early"])


def modules_and_packages():
    write("one.py", "# coding: latin-1\ndef f(): return __code__\n")
    write("pack/__init__.py", "from . import sub\n")
    write("pack/sub.py", "x = 1\n")
    import one, pack, json.tool
    found = told()
    check({"one", "pack", "pack.sub"} <= set(found), True)
    check("json.tool" in found, False)
    file, source, code = found["one"]
    check((file, source), (one.__file__, b"# coding: latin-1\ndef f(): return __code__\n"))
    check(one.f.__code__ in code.co_consts, True)
    check(any(c is one.f.__code__ for c in code.co_consts), True)
    method = importlib.machinery.SourceFileLoader.get_code
    check((method.__name__, method.__qualname__, method.__module__),
          ("get_code", "SourceLoader.get_code", importlib.machinery.SourceFileLoader.get_data.__module__))


def stale_caches():
    now = int(time.time()) - 10
    path = write("stale.py", "x = 'old'\n", now)
    import stale
    check(stale.x, "old")
    cache = importlib.util.cache_from_source(path)
    # The source is saved again after the cache was written, in the same second, with equal size.
    write("stale.py", "x = 'new'\n")
    os.utime(cache, (now, now))
    os.utime(path, ns=(now * 10**9, now * 10**9 + 500_000_000))
    del sys.modules["stale"]
    import stale
    check((stale.x, told()["stale"][1]), ("new", b"x = 'new'\n"))
    # An honest cache is used as it is: older text, read by nobody.
    os.utime(cache, (now + 1, now + 1))
    del sys.modules["stale"]
    import stale
    check(stale.x, "old")


def costs():
    for n in range(300):
        write(f"many_{n}.py", "def f(): pass\n")
    other = tempfile.mkdtemp()
    for n in range(300):
        with open(os.path.join(other, f"other_{n}.py"), "w") as file:
            file.write("def f(): pass\n")
    sys.path.insert(0, other)
    importlib.invalidate_caches()
    def load(prefix):
        loaders = [importlib.util.find_spec(f"{prefix}_{n}").loader for n in range(300)]
        for n, loader in enumerate(loaders):
            loader.get_code(f"{prefix}_{n}")          # writes caches
        best = 1e9
        for _ in range(5):
            start = time.perf_counter()
            for n, loader in enumerate(loaders):
                loader.get_code(f"{prefix}_{n}")
            best = min(best, time.perf_counter() - start)
        return best / 300 * 1e6
    wanted, unwanted = load("many"), load("other")
    driver.remove_hook()
    check("get_code" in vars(importlib.machinery.SourceFileLoader), False)
    plain = load("other")
    driver.install_hook(folder)
    print(f"  get_code: plain {plain:.1f}, unwanted +{unwanted - plain:.1f}, wanted +{wanted - plain:.1f} microseconds")
    sys.path.remove(other)


IMPORTERS = {
    "syntax": ("import bad_syntax", "def f(:\n"),
    "missing": ("import bad_import", "import json\nimport nothing_of_that_name\n"),
    "from": ("import bad_from", "from json import nothing\n"),
    "raises": ("import bad_raise", "def f():\n    1 / 0\nf()\n"),
    "inside": ("import bad_pack", "from . import sub\n"),
    "name": ("import bad_name", "x = undefined\n"),
    "recursion": ("import bad_deep", "(" * 500 + ")" * 500),
    "null": ("import bad_null", "x = 1\0\n"),
    "encoding": ("import bad_coding", "# coding: nonsense\n"),
}


def tracebacks_are_those_of_plain_python():
    write("bad_syntax.py", IMPORTERS["syntax"][1])
    for name, (statement, text) in IMPORTERS.items():
        module = statement.split()[1]
        if name == "inside":
            write(f"{module}/__init__.py", text)
            write(f"{module}/sub.py", "import bad_syntax\n")
        else:
            write(f"{module}.py", text)
        script = write(f"main_{name}.py", f"def main():\n    {statement}\nmain()\n")
        hooked = write(f"hooked_{name}.py", f"def main():\n    {statement}\nmain()\n")
        # Same line numbers and frames: the hook is installed by `-X importtime`-free site code, an import of this module.
        preamble = write("with_hook/sitecustomize.py", f"import sys\nsys.path.insert(0, {os.path.dirname(os.path.abspath(__file__))!r})\n"
                         f"from load import driver\ndriver.install_hook({folder!r})\nsys.path.pop(0)\n")
        for flags in ([], ["-B"]):
            plain = subprocess.run([sys.executable, *flags, script], capture_output=True, text=True)
            environment = dict(os.environ, PYTHONPATH=os.path.dirname(preamble))
            ours = subprocess.run([sys.executable, *flags, script], capture_output=True, text=True, env=environment)
            check((ours.returncode, ours.stdout, ours.stderr), (plain.returncode, plain.stdout, plain.stderr))
            check(plain.returncode, 1)


for name, test in list(globals().items()):
    if isinstance(test, types.FunctionType) and test.__code__.co_argcount == 0 and name != "told":
        try:
            test()
        except BaseException:
            print("FAILED", name)
            raise
print("ok")
