"""Programs behave as under plain Python: output, errors, exit status, signals."""
import os, re, subprocess, sys, tempfile, zipfile

folder = os.path.realpath(tempfile.mkdtemp())
LAUNCHER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "launch.py")
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


def write(name, text):
    path = os.path.join(folder, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(text if isinstance(text, bytes) else text.encode())
    return path


STATE = """import sys
shown = {**globals()}
del shown['sys']
print([(k, type(v).__name__ if k == '__loader__' else v) for k, v in shown.items()])
print(vars(__loader__) if 'path' in vars(__loader__) else '')
print(sys.argv, sys.path[0], len(sys.path), __name__, sys.modules['__main__'].__dict__ is globals())
"""
SCRIPTS = {
    "state.py": STATE,
    "sub/state.py": STATE,
    "sub/sibling.py": "import helper\nprint(helper.__file__)\n",
    "sub/helper.py": "",
    "raise.py": "def f():\n    try:\n        {}['a']\n    except KeyError:\n        raise ValueError('x') from None\ndef g():\n    try:\n        f()\n    finally:\n        [][1]\ng()\n",
    "exit3.py": "import sys\nsys.exit(3)\n",
    "exit_text.py": "raise SystemExit('a message')\n",
    "exit_none.py": "import sys\nprint('out')\nsys.exit()\n",
    "exit_odd.py": "raise SystemExit((1, 2))\n",
    "interrupt.py": "def f():\n    raise KeyboardInterrupt\nf()\n",
    "sigint.py": "import os, signal, time\nos.kill(os.getpid(), signal.SIGINT)\ntime.sleep(5)\n",
    "interrupt_handled.py": "import os, signal\ntry:\n    os.kill(os.getpid(), signal.SIGINT)\n    import time; time.sleep(5)\nexcept KeyboardInterrupt:\n    print('handled')\n",
    "syntax.py": "x = 1\ndef f(:\n    pass\n",
    "indent.py": "def f():\nreturn 1\n",
    "bad_bytes.py": b"x = 1\ny = '\xe9'\n",
    "latin.py": b"# coding: latin-1\nprint(ascii('\xe9'))\n",
    "latin_raise.py": b"# coding: latin-1\nraise ValueError('\xe9')\n",
    "bad_coding.py": "# coding: nonsense\nx = 1\n",
    "null.py": b"x = 1\n\0\n",
    "bom.py": b"\xef\xbb\xbfprint('bom')\n",
    "unclosed.py": "x = (1,\n",
    "future.py": "from __future__ import annotations\ndef f(x: 1/0): pass\nprint(f.__annotations__)\n",
    "empty.py": "",
    "stdin.py": "import sys\nprint(sys.stdin.read(), input.__name__)\n",
    "warn.py": "import warnings\nx = 1 is 1\nwarnings.warn('old', DeprecationWarning)\nwarnings.warn('old', DeprecationWarning, stacklevel=2)\n",
    "atexit_state.py": "import atexit, sys\natexit.register(lambda: print('__file__' in globals(), getattr(sys, 'last_value', None)))\n",
    "atexit_raise.py": "import atexit, sys\natexit.register(lambda: print('__file__' in globals(), repr(sys.last_value), sys.last_traceback.tb_next))\n1 / 0\n",
    "atexit_exit.py": "import atexit, sys\natexit.register(lambda: print('__file__' in globals()))\nsys.exit(4)\n",
    "hook.py": "import sys\nsys.excepthook = lambda *a: print('hook', a[1], a[2].tb_next)\nraise ValueError(1)\n",
    "bad_hook.py": "import sys\ndef hook(*a): raise TypeError('in hook')\nsys.excepthook = hook\nraise ValueError(1)\n",
    "no_hook.py": "import sys\ndel sys.excepthook\nraise ValueError(1)\n",
    "thread.py": "import threading, time\ndef f():\n    time.sleep(0.2)\n    print('thread ends', __name__)\nthreading.Thread(target=f).start()\nraise ValueError('main ends')\n",
    "closed.py": "import os, sys\nprint('x')\nsys.stdout.flush()\nos.close(1)\n",
    "group.py": "try:\n    raise ValueError('a')\nexcept ValueError as e:\n    e2 = e\nraise RuntimeError('b') from e2\n",
    "os_exit.py": "import os\nprint('lost')\nos._exit(7)\n",
    "stack.py": "import inspect, sys, traceback\ndef f():\n    traceback.print_stack()\n    print(len(inspect.stack()), sys._current_frames()[__import__('threading').get_ident()].f_back)\nf()\nprint(sys._getframe().f_back)\nsys._getframe(1)\n",
    "generators.py": "import asyncio, sys\ndef g():\n    yield sys._getframe().f_back.f_back\nasync def m():\n    await asyncio.sleep(0)\n    print(sum(1 for _ in g()))\nprint(next(g()))\nasyncio.run(m())\nexec('raise ValueError')\n",
    "pickle_main.py": "import pickle\nclass A: x = 1\nprint(pickle.loads(pickle.dumps(A())).__class__ is A)\n",
    "spawn.py": "import multiprocessing as mp\ndef f(x): return x + 1\nif __name__ == '__main__':\n    mp.set_start_method('spawn')\n    with mp.Pool(1) as pool: print(pool.map(f, [1]))\n",
    "inspecting.py": "import inspect\ndef f(): pass\nprint(inspect.getsource(f), inspect.getsourcefile(f), inspect.getmodule(f))\n",
    "main_annotations.py": "x: int = 1\nprint(__annotations__)\n",
    "typing_hints.py": "import typing\nclass A:\n    x: 'A'\nprint(typing.get_type_hints(A))\n",
    "pkg/__init__.py": "",
    "pkg/__main__.py": STATE,
    "pkg/mod.py": STATE,
    "pkg/bad.py": "def f():\n    1 / 0\nf()\n",
    "pkg/stop.py": "raise KeyboardInterrupt\n",
    "pkg/leave.py": "import sys\nsys.exit(5)\n",
    "pkg/wrong.py": "def f(:\n",
    "nomain/__init__.py": "",
    "broken/__init__.py": "1 / 0\n",
    "folder/__main__.py": STATE,
    "folder/bad/__main__.py": "import nothing_here\n",
    "emptyfolder/x.txt": "",
}
for name, text in SCRIPTS.items():
    write(name, text)
with zipfile.ZipFile(os.path.join(folder, "app.zip"), "w") as file:
    file.writestr("__main__.py", STATE)
os.symlink(os.path.join(folder, "sub/sibling.py"), os.path.join(folder, "link.py"))

runs = [[name] for name in SCRIPTS if "/" not in name]
runs += [["./state.py", "-v", "--help", "a b", ""], ["sub/../state.py"], ["sub/sibling.py"], ["link.py"],
         [os.path.join(folder, "state.py")], ["missing.py"], ["sub/missing.py"], ["no/such/folder.py"], ["folder"], ["folder/"],
         ["folder/bad"], ["emptyfolder"], ["app.zip", "x"]]
runs += [["-m", name, "x", "-v"] for name in ("pkg", "pkg.mod", "state", "pkg.bad", "pkg.stop", "pkg.leave", "pkg.wrong", "nomain",
                                              "broken", "missing", "pkg.missing", "missing.missing", "syntax", "json.tool")]


def run(command, flags):
    done = subprocess.run([sys.executable, *flags, *command], cwd=folder, capture_output=True, input=b"{}", timeout=60)
    # Addresses of objects differ from run to run.
    return done.returncode, re.sub(b" at 0x[0-9a-f]+", b"", done.stdout), re.sub(b" at 0x[0-9a-f]+", b"", done.stderr)


def compare(command, flags=()):
    plain, ours = run(command, flags), run([LAUNCHER, *command], flags)
    if plain != ours:
        raise AssertionError(f"{flags} {command}\nplain: {plain}\nours:  {ours}")


failures = 0
flag_sets = [(["-I"], [["state.py"], ["raise.py"], ["folder"]]), (["-W", "error"], [["warn.py"]]), (["-O", "-B"], [["state.py"], ["-m", "pkg"]]),
             (["-X", "utf8=0"], [["latin.py"]]), (["-u"], [["exit_none.py"]])]
if sys.version_info >= (3, 11):
    flag_sets.append((["-P"], [["state.py"], ["sub/sibling.py"], ["folder"], ["-m", "pkg"]]))
count = 0
for flags, commands in [([], runs)] + flag_sets:
    for command in commands:
        count += 1
        try:
            compare(command, flags)
        except AssertionError as error:
            print("FAILED", error)
            failures += 1
print(f"  {count} programs compared")
print("ok" if not failures else f"{failures} failures")
sys.exit(bool(failures))
