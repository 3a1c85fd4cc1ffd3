"""`__conform__`."""

from kit import check

TEXT = """
import types


class Assoc:
    __slots__ = ("fn", "code", "told")

    def __init__(self, fn, code):
        self.fn = fn
        self.code = code
        self.told = []

    def __conform__(self, new):
        self.told.append(type(new).__name__)
        if isinstance(new, types.FunctionType):
            new = new.__code__
        if new is not None:
            self.fn.__code__ = new.replace(co_name="twin")
            self.code = new


def f(x, y):
    return x * y


twin = types.FunctionType(f.__code__.replace(co_name="twin"), globals())
assoc = Assoc(twin, f.__code__)
"""


def _told(case, *texts):
    module = case.module(TEXT)
    codefile = case.codefile(module)
    for text in texts:
        codefile.merge(case.other(text), order="new")
    return module


@check("conform: an object that holds the code is told of an edit")
def edit(case):
    module = _told(case, TEXT.replace("x * y", "x + y"))
    return [module.f(3, 4), module.twin(3, 4), module.twin.__code__.co_name, module.assoc.told]


@check("conform: told of two edits")
def edits(case):
    module = _told(case, TEXT.replace("x * y", "x + y"), TEXT.replace("x * y", "x - y"))
    return [module.f(3, 4), module.twin(3, 4), module.assoc.told]


@check("conform: told when only the lines move")
def moves(case):
    module = _told(case, TEXT.replace("class Assoc", "import os\n\n\nclass Assoc"))
    return [module.twin(3, 4), module.assoc.told]


@check("conform: told by None of a deletion")
def deletion(case):
    module = _told(case, TEXT.replace("def f(x, y):\n    return x * y\n", ""))
    return [hasattr(module, "f"), module.twin(3, 4), module.assoc.told]


REMEMBERER = """
class Rememberer:
    def __init__(self):
        self.funcs = []

    def register(self, fn):
        self.funcs.append(fn)
        fn.__conform__ = lambda new: self.recode(fn, new)
        return self

    def recode(self, fn, new):
        if new is None:
            self.funcs.remove(fn)
        else:
            fn.__code__ = getattr(new, "__code__", new)

    def __call__(self, *args):
        return [fn(*args) for fn in self.funcs]


activities = Rememberer()


@activities.register
def do(x):
    return f"Paint {x} canvasses"


@activities.register
def do(x):
    return f"Sing {x} songs"


@activities.register
def do(x):
    return f"Dance for {x} hours"
"""
SECOND = '@activities.register\ndef do(x):\n    return f"Sing {x} songs"\n\n\n'


@check("conform: a function of a register changes")
def function(case):
    module = case.module(REMEMBERER)
    do = module.do
    case.codefile(module).merge(case.other(REMEMBERER.replace("{x} songs", "{x * 2} songs")))
    return do(7)


@check("conform: a function of a register is deleted")
def function_deleted(case):
    module = case.module(REMEMBERER)
    do = module.do
    case.codefile(module).merge(case.other(REMEMBERER.replace(SECOND, "")))
    return do(7)


@check("conform: a register gets a function")
def function_added(case):
    module = case.module(REMEMBERER)
    do = module.do
    case.codefile(module).merge(case.other(REMEMBERER + "\n\n" + SECOND.replace("Sing", "Hum")))
    return do(7)
