"""Checks of the prompt and the develoop in a terminal: ``checks.py NAME COMMAND...`` runs one, in a folder of its own.

``COMMAND`` is `jurigged` with the options that choose the Python.
"""

import json
import os
import re
import signal
import sys
import tempfile
import traceback

from driver import Missed, Terminal

MODULE = """\
def greeting():
    return "old"


def a_long_name_of_a_function():
    return 1
"""

PROGRAM = """\
import sys

calls = []


def area(width, height):
    calls.append(width)
    print("computing", file=sys.stdout)
    return width * height


print("before")
print("the area is", area(3, 4))
print("calls:", len(calls))
"""


class Check:
    """What a check works with."""

    def __init__(self, command, folder):
        self.command = command
        self.folder = folder
        self.terminals = []

    def start(self, *arguments, files=(), **options):
        for name, text in dict(files).items():
            with open(os.path.join(self.folder, name), "w") as file:
                file.write(text)
        terminal = Terminal([*self.command, *arguments], self.folder, **options)
        self.terminals.append(terminal)
        return terminal


def expect(actual, expected):
    if actual != expected:
        raise Missed("%r, not %r" % (actual, expected))


# The prompt.


def prompt(check):
    """Without a program: saved files are live at the prompt; editing, completion, several lines, history, the end."""
    terminal = check.start("-v", files={"m.py": MODULE})
    terminal.until("saved files are live", last=">>>")
    terminal.send("import m\r")
    terminal.until("Watch m.py", last=">>>")
    terminal.send("m.greeting()\r")
    terminal.until("'old'", last=">>>")
    terminal.send("m.")
    terminal.until(last=">>> m.")
    terminal.save("m.py", MODULE.replace("old", "new"))
    # The report ends the line that is typed: on CPython it is shown again.
    terminal.until("Update m.greeting @L1" + ("" if "embedded" in check.command else "\n>>> m."))
    terminal.send("greeting()\r")
    terminal.until("'new'", last=">>>")
    # The tab key, and the cursor keys: `-` goes between what is there.
    terminal.send("m.a_long\t")
    terminal.until("m.a_long_name_of_a_function(")
    terminal.send(")\x1b[D\x1b[C\x1b[C - 1\r" if "function()" not in terminal.text() else " - 1\r")
    terminal.until(re.compile(r"^0$", re.M), last=">>>")
    terminal.send("def twice():\r")
    terminal.until(last="...")
    terminal.send("    return m.greeting() * 2\r")
    terminal.until("* 2\n...")
    terminal.send("\r")
    terminal.until("* 2\n...\n>>>")
    terminal.send("twice()\r")
    terminal.until("'newnew'")
    terminal.send("40 + 2\r")
    terminal.until("\n42\n>>>")
    # Up is the line before; what was typed goes with ctrl-c.
    terminal.send("\x1b[A * 10\r")
    terminal.until("\n60\n>>>")
    terminal.send("half a li")
    terminal.until(">>> half a li")
    terminal.interrupt_line()
    terminal.send("1 / 0\r")
    terminal.until("ZeroDivisionError: division by zero", last=">>>")
    terminal.send("\x04")
    expect(terminal.ends(), 0)
    # The next prompt knows the lines of this one.
    terminal = check.start()
    terminal.until("saved files are live", last=">>>")
    terminal.send("\x1b[A")
    terminal.until(">>> 1 / 0")
    terminal.interrupt_line()
    terminal.send("exit(5)\r")
    expect(terminal.ends(), 5)


def prompt_of_ipython(check):
    """IPython is the prompt where it is installed; its names are those of `__main__`."""
    terminal = check.start("-v", files={"m.py": MODULE}, rows=40)
    terminal.until("saved files are live", "In [1]:")
    terminal.send("import m, __main__\r")
    terminal.until("In [2]:")
    terminal.send("m.greeting()\r")
    terminal.until("Out[2]: 'old'", "In [3]:")
    terminal.save("m.py", MODULE.replace("old", "new"))
    terminal.until("Update m.greeting @L1")
    terminal.send("m.greeting()\r")
    terminal.until("Out[3]: 'new'", "In [4]:")
    terminal.send("__main__.m is m\r")
    terminal.until("Out[4]: True", "In [5]:")
    terminal.send("exit\r")
    expect(terminal.ends(), 0)


def prompt_after_a_program(check):
    """`-i`: the program's names are there, also after an exception, and its functions are edited."""
    program = "def f():\n    return 'old'\n\n\nnumber = 41\nraise ValueError('wrong')\n"
    terminal = check.start("-v", "-i", "app.py", files={"app.py": program})
    terminal.until("ValueError: wrong", last=">>>")
    terminal.send("number + 1, f()\r")
    terminal.until("(42, 'old')", last=">>>")
    terminal.save("app.py", program.replace("old", "new"))
    terminal.until("Update __main__.f @L1")
    terminal.send("f()\r")
    terminal.until("'new'", last=">>>")
    terminal.send("\x04")
    expect(terminal.ends(), 0)


# The develoop.


def edited(text, old, new):
    if old not in text:
        raise Missed("%r is not in the program" % old)
    return text.replace(old, new)


def rich(check):
    """The function runs, shows its output and result, runs again at an edit; the rest of the program does not."""
    terminal = check.start("--loop", "area", "app.py", files={"app.py": PROGRAM})
    terminal.until("Looping on: area(3, 4)", "computing", "12", "#1 (done in")
    broken = edited(PROGRAM, "width * height", "width / 0")
    terminal.save("app.py", broken)
    terminal.until("ZeroDivisionError: division by zero", "Update __main__.area @L6", "#2 (error in", "width / 0")
    terminal.save("app.py", edited(PROGRAM, "width * height", "width + height"))
    terminal.until(re.compile(r"│ 7 "), "#3 (done in", gone=("ZeroDivisionError",))
    terminal.send("r")
    terminal.until("#4 (done in")
    # A file that does not parse changes nothing and says so.
    terminal.save("app.py", PROGRAM + "def (:\n")
    terminal.until("error[syntax]", "#4 (done in")
    terminal.save("app.py", edited(PROGRAM, "width * height", "width * height * 2"))
    terminal.until(re.compile(r"│ 24 "), "#5 (done in")
    terminal.send("c")
    terminal.until("the area is 24", "calls: 5")
    expect(terminal.ends(), 0)


def rich_keys(check):
    """`a` ends a run that would not end, an edit starts the next one; scrolling; `q` ends the program."""
    program = (
        "import time\n\n\ndef f():\n    print('\\n'.join('line %d' % n for n in range(100)))\n"
        "    time.sleep(1000)\n\n\nprint('before')\nf()\nprint('never')\n"
    )
    terminal = check.start("-l", "f", "app.py", files={"app.py": program}, rows=20)
    terminal.until("Looping on: f()", "#1 (running)", "line 99", "(a)bort")
    terminal.send("a")
    terminal.until("#1 (aborted in", gone=("(a)bort",))
    terminal.send("\x1b[H")
    terminal.until("line 0", gone=("line 99",))
    terminal.send("\x1b[B\x1b[B")
    terminal.until("line 2", gone=("line 1 ", "line 0"))
    terminal.send("\x1b[6~")
    terminal.until("line 20", gone=("line 3 ",))
    terminal.send("\x1b[F")
    terminal.until("line 99")
    # During a run, too.
    terminal.send("r")
    terminal.until("#2 (running)", "line 99")
    terminal.save("app.py", edited(program, "    time.sleep(1000)\n", "    return 'short'\n"))
    terminal.until("short", "#3 (done in")
    terminal.send("q")
    expect(terminal.ends(), 1)
    if "never" in terminal.text():
        raise Missed("the program went on")


def rich_interrupt(check):
    """ctrl-c ends the program as without a loop, and leaves a terminal that can be used."""
    terminal = check.start("--loop", "area", "app.py", files={"app.py": PROGRAM})
    terminal.until("#1 (done in")
    expect(terminal.is_cooked(), False)
    terminal.interrupt()
    terminal.until("KeyboardInterrupt")
    expect(terminal.is_cooked(), True)
    expect(terminal.ends(), -signal.SIGINT)


def rich_give(check):
    """What the function gives is shown; `@__.loop` needs no option."""
    program = (
        "@__.loop\ndef f(n):\n    for i in range(n):\n        __.give(i=i, square=i * i)\n    return n\n\n\n"
        "print(f(5))\n"
    )
    terminal = check.start("app.py", files={"app.py": program})
    terminal.until("Looping on: f(5)", re.compile(r"square +16"), "#1 (done in")
    terminal.save("app.py", edited(program, "i * i", "i * i * i"))
    terminal.until(re.compile(r"square +64"), "#2 (done in")
    terminal.send("c")
    expect(terminal.ends(), 0)


def basic(check):
    """The basic interface: lines; a traceback, then its fix; keys."""
    terminal = check.start("--loop", "area", "--loop-interface", "basic", "app.py", files={"app.py": PROGRAM}, rows=60)
    terminal.until("---- #1: area(3, 4) ---", "computing", "---- #1: DONE in", "\n12\n", "---- #1: (c)ontinue")
    terminal.save("app.py", edited(PROGRAM, "width * height", "width / 0"))
    terminal.until("---- #2: ERROR in", "ZeroDivisionError: division by zero", "---- #2: (c)ontinue")
    if "develoop.py" in terminal.text():
        raise Missed("frames of the loop are in the traceback:\n%s" % terminal.text())
    terminal.save("app.py", edited(PROGRAM, "width * height", "width + height"))
    terminal.until("---- #3: DONE in", "\n7\n", "---- #3: (c)ontinue")
    terminal.send("r")
    terminal.until("---- #4: (c)ontinue")
    terminal.send("c")
    terminal.until("the area is 7", "calls: 4")
    expect(terminal.ends(), 0)


def basic_keys(check):
    """ctrl-c ends a run, and while the loop waits the program; `q` ends the program."""
    program = (
        "import time\n\n\ndef f():\n    print('in f')\n    while True:\n        time.sleep(0.01)\n\n\n"
        "f()\nprint('never')\n"
    )
    for key, status in (("q", 1), ("\x03", -signal.SIGINT)):
        terminal = check.start("--loop-interface=basic", "-l", "f", "app.py", files={"app.py": program})
        terminal.until("in f")
        terminal.interrupt()
        terminal.until("---- #1: ABORTED in", "---- #1: (c)ontinue")
        terminal.send("r")
        terminal.until("---- #2: f() ---", re.compile("in f(.|\n)*in f"))
        terminal.save("app.py", edited(program, "time.sleep(0.01)", "return 'short'"))
        terminal.until("---- #3: DONE in", "short", "---- #3: (c)ontinue")
        terminal.send(key)
        expect(terminal.ends(), status)
        expect("never" in terminal.text(), False)


def interrupts(check):
    """ctrl-c is not lost in a program that always prints."""
    program = (
        "caught = 0\nwhile caught < 20:\n    try:\n        while True:\n            print(caught, 'caught')\n"
        "    except KeyboardInterrupt:\n        caught += 1\nprint('that was all')\n"
    )
    terminal = check.start("app.py", files={"app.py": program})
    for number in range(20):
        terminal.until("%d caught" % number)
        terminal.interrupt()
    terminal.until("that was all")
    expect(terminal.ends(), 0)


def basic_stdin(check):
    """stdin and the debugger belong to the program during a run; an edit does not end the debugger."""
    program = "def f():\n    name = input('name? ')\n    breakpoint()\n    return 'hello ' + name\n\n\nprint(f())\n"
    terminal = check.start("-l", "f", "--loop-interface", "basic", "-v", "app.py", files={"app.py": program}, rows=60)
    terminal.until(last="name?")
    terminal.send("ann\r")
    terminal.until(last="(Pdb)")
    terminal.send("p name\r")
    terminal.until("'ann'")
    terminal.save("app.py", edited(program, "    breakpoint()\n", ""))
    terminal.until("Update __main__.f @L1")
    terminal.send("p name * 2\r")
    terminal.until("'annann'")
    terminal.send("c\r")
    terminal.until("---- #2: f() ---", last="name?")
    terminal.send("bob\r")
    terminal.until("---- #2: DONE in", "hello bob", "---- #2: (c)ontinue")
    terminal.send("c")
    expect(terminal.ends(), 0)


def xloop(check):
    """`--xloop` loops only when the call raises; what was fixed goes on."""
    program = "def f(n):\n    return 10 // n\n\n\nfor n in (5, 0, 2):\n    print('result', f(n))\n"
    arguments = ["--xloop", "f", "--loop-interface", "basic", "app.py"]
    terminal = check.start(*arguments, files={"app.py": program}, rows=40)
    terminal.until("result 2", "---- #1: f(0) ---", "ZeroDivisionError", "---- #1: (c)ontinue")
    terminal.save("app.py", edited(program, "10 // n", "10 // n if n else 'none'"))
    terminal.until("---- #2: DONE in", "none", "---- #2: (c)ontinue")
    terminal.send("c")
    terminal.until("result none", "result 5")
    expect(terminal.ends(), 0)


def places(check):
    """Methods, and functions of other modules that others hold; a call inside of a run does not loop."""
    files = {
        "app.py": "from m import held\n\n\nclass C:\n    @staticmethod\n    def s(n):\n        return n\n\n"
        "    def method(self):\n        return super().__repr__()[:2] + str(held(3))\n\n\n"
        "print(C().method())\nprint(C.s(1))\nprint(held(4))\n",
        "m.py": "def held(n):\n    return n if n < 2 else n * held(n - 1)\n",
    }
    loops = ["--loop", "C.method", "-l", "C.s", "-l", "/m/held", "--loop-interface", "basic"]
    terminal = check.start(*loops, "app.py", files=files, rows=60)
    terminal.until("---- #1: C.method(<C>) ---", "\n<_6", "---- #1: (c)ontinue")
    terminal.send("c")
    terminal.until("---- #1: C.s(1) ---", re.compile("C.s(.|\n)*#1: \\(c\\)ontinue"))
    terminal.send("c")
    terminal.until("---- #1: held(4) ---", "\n24\n", re.compile("held(.|\n)*#1: \\(c\\)ontinue"))
    terminal.save("m.py", edited(files["m.py"], "n < 2", "n < 3"))
    terminal.until("---- #2: held(4) ---", re.compile("#2: held(.|\n)*\n24\n(.|\n)*#2: \\(c\\)ontinue"))
    terminal.save("m.py", "def held(n, more=1):\n    return n + more\n")
    terminal.until(re.compile("#3: held(.|\n)*\n5\n(.|\n)*#3: \\(c\\)ontinue"))
    terminal.send("c")
    expect(terminal.ends(), 0)


def manual(check):
    """`--sync manual`: an edit waits for the next run, and makes one run of it."""
    arguments = ["--sync", "manual", "--loop", "area", "--loop-interface", "basic", "app.py"]
    terminal = check.start(*arguments, files={"app.py": PROGRAM}, rows=40)
    terminal.until("---- #1: (c)ontinue")
    terminal.save("app.py", edited(PROGRAM, "width * height", "width + height"))
    terminal.send("r")
    terminal.until("---- #2: DONE in", "\n7\n", "---- #2: (c)ontinue")
    terminal.send("r")
    terminal.until("---- #3: (c)ontinue")
    terminal.send("c")
    terminal.until("the area is 7", "calls: 3")
    expect(terminal.ends(), 0)


def modules(check):
    """`-m MODULE` and `-m MODULE:FUNC`: names without a module are those of that module."""
    program = (
        "def inner(n):\n    return n + 1\n\n\ndef outer():\n    print('result', inner(1))\n\n\n"
        "if __name__ == '__main__':\n    outer()\n"
    )
    for module in ("m", "m:outer"):
        terminal = check.start("-l", "inner", "--loop-interface", "basic", "-m", module, files={"m.py": program})
        terminal.until("---- #1: inner(1) ---", "\n2\n", "---- #1: (c)ontinue")
        terminal.save("m.py", edited(program, "n + 1", "n + 10"))
        terminal.until("---- #2: inner(1) ---", "\n11\n", "---- #2: (c)ontinue")
        terminal.send("c")
        terminal.until("result 11")
        expect(terminal.ends(), 0)


def decorators(check):
    """A function loops under its decorators, also under one that an edit adds."""
    program = (
        "def twice(f):\n    return lambda n: 2 * f(n)\n\n\ndef f(n):\n    return n + 1\n\n\n"
        "for n in (1, 2):\n    print('result', f(n))\n"
    )
    terminal = check.start("--loop", "f", "--loop-interface", "basic", "app.py", files={"app.py": program}, rows=40)
    terminal.until("---- #1: f(1) ---", "\n2\n", "---- #1: (c)ontinue")
    terminal.save("app.py", edited(program, "def f(n)", "@twice\ndef f(n)"))
    terminal.until("---- #2: f(1) ---", "---- #2: (c)ontinue")
    terminal.send("c")
    terminal.until("result 2", "---- #1: f(2) ---", re.compile("f.2. (.|\n)*#1: \\(c\\)ontinue"))
    terminal.save("app.py", edited(program, "def f(n):\n    return n + 1", "@twice\ndef f(n):\n    return n + 10"))
    terminal.until("---- #2: f(2) ---", "\n12\n", re.compile("f.2. (.|\n)*#2: \\(c\\)ontinue"))
    terminal.send("c")
    terminal.until("result 24")
    expect(terminal.ends(), 0)


def no_rich(check):
    """Without rich one line says so, and the basic interface is there."""
    terminal = check.start("--loop", "area", "app.py", files={"app.py": PROGRAM})
    is_embedded = "embedded" in check.command
    reason = "the embedded Python cannot run rich" if is_embedded else "`rich` is not installed"
    terminal.until("jurigged: the basic develoop is used: " + reason, "---- #1: (c)ontinue")
    terminal.send("c")
    expect(terminal.ends(), 0)


def no_such_function(check):
    """A name that the script does not define is an error before it runs."""
    terminal = check.start("--loop", "aera", "app.py", files={"app.py": PROGRAM})
    expect(terminal.ends(), 2)
    text = terminal.text()
    expect("error[loop]: `app.py` does not define the function `aera`" in text, True)
    expect("= help: did you mean `area`?" in text, True)
    expect("before" in text, False)


# The documentation.


def documentation(check):
    """The screens of the documentation, as JSON."""
    screens = {}
    terminal = check.start(
        "-v", files={"shop.py": "def price(item):\n    return len(item) * 10\n"}, rows=16, columns=72
    )
    terminal.until(last=">>>")
    terminal.send("import shop\r")
    # Not while the report still stands behind the prompt: what is typed then is shown before the next one.
    terminal.until("Watch shop.py", re.compile(r"\n>>>$"))
    terminal.send("[shop.price(item) for item in ('tea', 'bread')]\r")
    terminal.until("[30, 50]", last=">>>")
    terminal.save("shop.py", "def price(item):\n    return len(item) * 11\n")
    terminal.until("Update shop.price @L1\n>>>")
    terminal.send("[shop.price(item) for item in ('tea', 'bread')]\r")
    # A file is reported as watched just before the next prompt, or just after it.
    screens["prompt"] = terminal.until("[33, 55]", last=">>>").replace(">>> Watch", "Watch")
    terminal.send("\x04")
    expect(terminal.ends(), 0)

    for interface, rows in (("rich", 16), ("basic", 30)):
        program = edited(PROGRAM, "width * height", "width * hight")
        arguments = ["--loop", "area", "--loop-interface", interface, "app.py"]
        terminal = check.start(*arguments, files={"app.py": program}, columns=72, rows=rows)
        terminal.until("NameError", re.compile(r"#1: \(c\)ontinue|#1 \(error in"))
        terminal.save("app.py", PROGRAM)
        terminal.until(re.compile(r"\b12\b"), re.compile(r"#2: \(c\)ontinue|#2 \(done in"))
        screens[interface] = terminal.text().replace(check.folder + os.sep, "")
        terminal.send("c")
        expect(terminal.ends(), 0)
    print(json.dumps(screens))


def main():
    name, *command = sys.argv[1:]
    # Not a hidden folder: these are not watched.
    with tempfile.TemporaryDirectory(prefix="jurigged-terminal-") as folder:
        check = Check(command, os.path.realpath(folder))
        try:
            globals()[name](check)
        except Exception:
            traceback.print_exc()
            for terminal in check.terminals:
                print("--- the screen\n%s" % terminal.text(), file=sys.stderr)
            return 1
        finally:
            for terminal in check.terminals:
                terminal.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
