"""`make_recoder`, `Recoder`, `virtual_file`."""

import traceback

from kit import check, raised

TWO = """
import math


def f(x):
    return x * 2


class Circle:
    def __init__(self, radius):
        self.radius = radius

    def volume(self):
        return -1


def last():
    return None
"""


def _recoder(case, pick=lambda module: module.f, text=TWO, **how):
    from jurigged import make_recoder

    module = case.module(text)
    recoder = make_recoder(pick(module), **how)
    states = []
    recoder.on_status.register(lambda source, state: states.append([source is recoder, state]))
    return module, recoder, states


@check("recoder: its name, its focus, its first state")
def first(case):
    module, recoder, _ = _recoder(case)
    return [case.plain(recoder.name), recoder.focus.name, recoder.status, recoder.deletable, recoder.codefile.filename == case.path]


@check("recoder: of a module, a class, a method, code, a closure")
def kinds(case):
    from jurigged import make_recoder

    module = case.module(TWO + "\n\ndef outer():\n    def inner():\n        return 1\n    return inner\n")
    picked = [module, module.Circle, module.Circle.volume, module.f.__code__, module.outer()]
    return [case.plain(make_recoder(it).name) for it in picked]


@check("recoder: what has no definition gives nothing")
def nothing(case):
    from jurigged import make_recoder

    module = case.module("exec('def made(): pass')\nf = lambda: 1\nkind = type('Kind', (), {})\n")
    return [make_recoder(module.kind), raised(make_recoder, 12)]


@check("recoder: patch changes the function in place and not the file")
def patch(case):
    module, recoder, states = _recoder(case)
    held = module.f
    before = case.text()
    recoder.patch("def f(x):\n    return x * 10")
    return [held is module.f, held(4), recoder.status, states, case.text() == before]


@check("recoder: patch takes white space around the text")
def white_space(case):
    module, recoder, _ = _recoder(case)
    recoder.patch("\n\n  def f(x):\n    return x * 10\n\n")
    return module.f(4)


@check("recoder: patch on one line")
def one_line(case):
    module, recoder, _ = _recoder(case)
    recoder.patch("def f(x): return x * x * x")
    recoder.commit()
    return [module.f(2), case.text()]


@check("recoder: parameters and defaults")
def parameters(case):
    module, recoder, _ = _recoder(case)
    recoder.patch("def f(x, y=3, *, z=5):\n    return x * y * z")
    return [module.f(2), module.f(2, 4, z=1)]


@check("recoder: a patch that does not parse changes nothing")
def syntax(case):
    module, recoder, states = _recoder(case)
    return [raised(recoder.patch, "def f(x:"), module.f(4), recoder.status, states]


@check("recoder: a patch whose statement raises")
def failing(case):
    module, recoder, states = _recoder(case)
    return [raised(recoder.patch_module, "def f(x):\n    return 1\n\nx = 1 / 0\n"), module.f(4), recoder.status]


@check("recoder: patch is limited to its focus")
def limited(case):
    module, recoder, states = _recoder(case)
    seen = [raised(recoder.patch, "def g(x):\n    return x"), hasattr(module, "g"), recoder.status]
    seen += [raised(recoder.patch, "def f(x):\n    return 1\ndef g(x):\n    return x"), module.f(4)]
    return [seen, raised(recoder.patch, "class Circle:\n    pass"), states]


@check("recoder: the text of the refusal")
def limited_text(case):
    module, recoder, _ = _recoder(case)
    try:
        recoder.patch("def g(x):\n    return x")
    except ValueError as error:
        return str(error)


@check("recoder: patch_module defines what it likes")
def patch_module(case):
    module, recoder, _ = _recoder(case)
    recoder.patch_module("import json\nvalue = 10\ndef helper(x):\n    return x * 100\ndef f(x):\n    return helper(x) + value")
    return [module.f(4), module.value, module.helper(1), module.json.__name__, recoder.status]


@check("recoder: a patch of a method")
def method(case):
    module, recoder, _ = _recoder(case, lambda module: module.Circle.volume)
    circle = module.Circle(10)
    held = circle.volume
    recoder.patch("def volume(self):\n    return self.radius")
    return [circle.volume(), held(), module.Circle.volume.__qualname__, case.plain(recoder.name)]


@check("recoder: a patch of a class adds and changes, and keeps the rest")
def class_patch(case):
    module, recoder, _ = _recoder(case, lambda module: module.Circle)
    circle = module.Circle(10)
    recoder.patch("class Circle:\n    def volume(self):\n        return 5\n    def more(self):\n        return self.radius + 1")
    return [circle.volume(), circle.more(), module.Circle(3).radius, type(circle) is module.Circle]


@check("recoder: a method of a nested class")
def nested(case):
    text = "class A:\n    class B:\n        def f(self):\n            return 1\n\n        def g(self):\n            return 2\n"
    module, recoder, _ = _recoder(case, lambda module: module.A.B.f, text)
    recoder.patch("def f(self):\n    return 10")
    recoder.commit()
    return [module.A.B().f(), module.A.B().g(), case.text()]


@check("recoder: revert goes back to the file")
def revert(case):
    module, recoder, _ = _recoder(case)
    recoder.patch("def f(x):\n    return x * 10")
    recoder.revert()
    seen = [module.f(4)]
    recoder.patch("def f(x):\n    return x * 20")
    return [*seen, module.f(4)]


@check("recoder: revert goes back to the last commit")
def revert_commit(case):
    module, recoder, _ = _recoder(case)
    recoder.patch("def f(x):\n    return x * 10")
    recoder.commit()
    recoder.patch("def f(x):\n    return x * 20")
    seen = [module.f(4)]
    recoder.revert()
    return [*seen, module.f(4), case.text()]


@check("recoder: the states of a patch, a commit, and what comes after")
def states(case):
    module, recoder, states = _recoder(case)
    recoder.patch("def f(x):\n    return x * 10")
    recoder.commit()
    recoder.patch("def f(x):\n    return x * 20")
    recoder.commit()
    return [states, recoder.status]


@check("recoder: the state after a revert")
def revert_state(case):
    module, recoder, states = _recoder(case)
    recoder.patch("def f(x):\n    return x * 10")
    recoder.revert()
    return [states, recoder.status]


@check("recoder: commit without a patch")
def commit_nothing(case):
    module, recoder, states = _recoder(case)
    before = case.text()
    recoder.commit()
    return [case.text() == before, recoder.status, states]


@check("recoder: two of one function, one is out of sync")
def two(case):
    from jurigged import make_recoder
    from jurigged.recode import OutOfSyncException

    module, one, states = _recoder(case)
    other = make_recoder(module.f)
    seen = [one.codefile is other.codefile, one.focus is other.focus]
    one.patch("def f(x):\n    return x * 10")
    seen.append(module.f(4))
    other.patch("def f(x):\n    return x * 20")
    seen += [module.f(4), one.status, other.status]
    other.commit()
    try:
        one.commit()
    except OutOfSyncException as error:
        seen.append(case.plain(str(error)))
    one.repatch()
    seen += [module.f(4), one.status, other.status]
    one.commit()
    return [seen, states, case.text()]


@check("recoder: repatch of what is live does nothing")
def repatch_live(case):
    module, recoder, states = _recoder(case)
    recoder.repatch()
    recoder.patch("def f(x):\n    return x * 10")
    recoder.repatch()
    return [module.f(4), states]


@check("recoder: a change of another definition leaves it in sync")
def another(case):
    from jurigged import make_recoder

    module, recoder, states = _recoder(case)
    recoder.patch("def f(x):\n    return x * 10")
    make_recoder(module.last).patch("def last():\n    return 1")
    return [module.f(4), module.last(), recoder.status, states]


@check("recoder: the same function after a patch is the same definition")
def found_again(case):
    from jurigged import make_recoder, registry

    module, recoder, _ = _recoder(case)
    recoder.patch("def f(x):\n    return x * 10")
    again, by_code = make_recoder(module.f), make_recoder(module.f.__code__)
    codefile, definition = registry.find(module.f)
    return [
        again.codefile is recoder.codefile,
        again.focus is recoder.focus,
        by_code.focus is recoder.focus,
        codefile is recoder.codefile,
        definition is recoder.focus,
    ]


@check("recoder: deletable, and defined again")
def deletable(case):
    module, recoder, states = _recoder(case, deletable=True)
    recoder.patch("")
    seen = [hasattr(module, "f")]
    recoder.patch("def f(x):\n    return x * 10")
    return [seen, module.f(4), [state for _, state in states], hasattr(module, "last")]


@check("recoder: not deletable, an empty patch keeps the function")
def not_deletable(case):
    module, recoder, _ = _recoder(case)
    recoder.patch("")
    return module.f(4)


@check("recoder: a deleted method is gone from the file after a commit")
def delete_method(case):
    module, recoder, _ = _recoder(case, lambda module: module.Circle.volume, deletable=True)
    recoder.patch("")
    recoder.commit()
    return [hasattr(module.Circle, "volume"), "volume" in case.text(), "radius" in case.text()]


@check("recoder: an exception in a patch shows its source")
def shows_source(case):
    module, recoder, _ = _recoder(case)
    recoder.patch("def f(x):\n    y = x + 1\n    raise RuntimeError('in the patch')  # here")
    try:
        module.f(1)
    except RuntimeError as error:
        text = "".join(traceback.format_exception(type(error), error, error.__traceback__))
    return "raise RuntimeError('in the patch')  # here" in text


@check("recoder: an exception below a patch shows its source too")
def shows_source_below(case):
    text = TWO.replace("return None", "raise ValueError('below')  # there")
    module, recoder, _ = _recoder(case, text=text)
    recoder.patch("def f(x):\n    y = x + 1\n    z = y\n    return z")
    try:
        module.last()
    except ValueError as error:
        text = "".join(traceback.format_exception(type(error), error, error.__traceback__))
    return "raise ValueError('below')  # there" in text


@check("recoder: inspect.getsource shows the patch")
def get_source(case):
    import inspect

    module, recoder, _ = _recoder(case)
    recoder.patch("def f(x):\n    # patched\n    return x * 10")
    return inspect.getsource(module.f)


@check("recoder: a recoder made by hand, without a focus")
def by_hand(case):
    from jurigged import Recoder

    module = case.module(TWO)
    recoder = Recoder(name="test", codefile=case.codefile(module))
    recoder.patch("def f(x):\n    return x * 10\n")
    seen = [module.f(4), recoder.name, recoder.focus, recoder.status]
    recoder.commit()
    return [seen, recoder.status, case.text()]


@check("recoder: the process forgets nothing that it computed")
def keeps_state(case):
    text = "seen = []\nseen.append(1)\n\ndef f(x):\n    return len(seen)\n"
    module, recoder, _ = _recoder(case, text=text)
    module.seen.append(2)
    recoder.patch("def f(x):\n    return -len(seen)")
    recoder.revert()
    return [module.f(0), module.seen]


@check("virtual_file: a name for each text, with sources in tracebacks")
def virtual(case):
    from jurigged import virtual_file

    text = "def f():\n    return 1 / 0  # virtual\n"
    one, two = virtual_file("name", text), virtual_file("name", text)
    space = {}
    exec(compile(text, one, "exec"), space)
    try:
        space["f"]()
    except ZeroDivisionError as error:
        shown = "".join(traceback.format_exception(type(error), error, error.__traceback__))
    return [case.plain(one), one == two, "return 1 / 0  # virtual" in shown, f'File "{one}", line 2' in shown]
