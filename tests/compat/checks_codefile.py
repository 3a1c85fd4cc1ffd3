"""`CodeFile`: its definitions, `merge`, `refresh`, `associate`, `stale`, the events and their texts."""

from kit import check, raised

TREE = """
import math

x = 1; y = 2


# about f
@staticmethod
def f(a):
    \"\"\"Doc.\"\"\"

    def g():
        return a

    return g


class A(object):
    z = 3

    def m(self):
        return 1

    class B:
        async def n(self):
            pass


if x:
    def hidden():
        pass
"""


@check("codefile: the definitions of a file")
def tree(case):
    root = case.codefile(case.module(TREE)).root
    return [
        [type(it).__name__, it.name, case.plain(it.dotpath()), it.stashed.lineno]
        for it in root.walk()
        if it.node is not None and it.node is not root.node
    ]


@check("codefile: the root")
def root(case):
    module = case.module(TREE)
    codefile = case.codefile(module)
    root = codefile.root
    return [
        type(root).__name__,
        case.plain(root.name),
        root.parent,
        root.get_globals() is vars(module),
        root.get_object() is vars(module),
        root.codestring == case.text(),
        codefile.module is module,
        codefile.module_name == case.name,
        codefile.saved == case.text(),
        codefile.dirty,
    ]


def _named(codefile, name):
    return next(it for it in codefile.root.walk() if it.name == name)


@check("codefile: a definition and those above it")
def hierarchy(case):
    codefile = case.codefile(case.module(TREE))
    n = _named(codefile, "n")
    return [
        [case.plain(it.name) for it in n.hierarchy()],
        [case.plain(it.name) for it in n.hierarchy(skip=1)],
        [case.plain(part) for part in n.codepath()],
        n.parent is _named(codefile, "B"),
        n.parent in n.parent.parent.children,
        n.filename == case.path,
        n.get_globals() is codefile.root.globals,
    ]


@check("codefile: the text of definitions")
def texts(case):
    codefile = case.codefile(case.module(TREE))
    return [_named(codefile, name).codestring for name in ("m", "g", "n")]


@check("codefile: the lines of definitions, decorators included")
def extents(case):
    codefile = case.codefile(case.module(TREE))
    found = [_named(codefile, name) for name in ("f", "g", "A", "m", "B", "n")]
    return [[it.name, it.stashed.lineno, it.stashed.end_lineno, it.node.lineno] for it in found]


@check("codefile: objects of definitions")
def objects(case):
    text = TREE.replace("@staticmethod\n", "") + "\nmade = f(1)\n"
    module = case.module(text)
    codefile = case.codefile(module)
    return [
        _named(codefile, "f").get_object() is module.f.__code__,
        _named(codefile, "g").get_object() is module.made.__code__,
        _named(codefile, "A").get_object() is module.A,
        _named(codefile, "m").get_object() is module.A.m.__code__,
        _named(codefile, "B").get_object() is module.A.B,
        _named(codefile, "n").get_object() is module.A.B.n.__code__,
    ]


@check("codefile: objects behind decorators")
def decorated(case):
    text = """
        import functools


        def wrap(function):
            @functools.wraps(function)
            def wrapper(*values):
                return function(*values)

            return wrapper


        @wrap
        def plain():
            return 1


        class A:
            @staticmethod
            def s():
                return 1

            @classmethod
            def c(cls):
                return 1

            @property
            def p(self):
                return 1
        """
    module = case.module(text)
    codefile = case.codefile(module)
    return [
        _named(codefile, "wrapper").get_object() is module.plain.__code__,
        _named(codefile, "plain").get_object() is module.plain.__wrapped__.__code__,
        _named(codefile, "s").get_object() is module.A.s.__code__,
        _named(codefile, "c").get_object() is module.A.c.__func__.__code__,
        _named(codefile, "p").get_object() is module.A.p.fget.__code__,
    ]


@check("codefile: correspond tells what changed")
def correspond(case):
    before = "def f():\n    return 1\n\ndef g():\n    return 1\n\nx = 1\n"
    after = "def g():\n    return 2\n\ndef h():\n    return 1\n\nx = 1\n"
    codefile = case.codefile(case.module(before))
    found = codefile.root.correspond(case.other(after).root)
    named = [sorted(case.plain(it.name) for it in part if it.name) for part in found.summary()]
    return [found.corresponds, found.changed, named]


ONE = "def f():\n    return 1\n"


@check("events: a function is updated")
def update(case):
    module, _ = case.merged(ONE, "def f():\n    return 2\n", order="new")
    return [module.f(), case.events()]


@check("events: a function is added")
def add(case):
    module, _ = case.merged(ONE, ONE + "\ndef g():\n    return 2\n", order="new")
    return [module.g(), case.events()]


@check("events: a function is deleted")
def delete(case):
    module, _ = case.merged(ONE + "\ndef g():\n    return 2\n", ONE, order="new")
    return [hasattr(module, "g"), case.events()]


@check("events: a statement is run")
def run(case):
    module, _ = case.merged(ONE, ONE + "\nx = 5\n", order="new")
    return [module.x, case.events("AddOperation")]


@check("events: a statement is changed")
def change(case):
    module, _ = case.merged(ONE + "\nx = 4\n", ONE + "\nx = 5\n", order="new")
    return [module.x, sorted(case.events())]


@check("events: a method is updated, its class and its module with it")
def method(case):
    before = "class A:\n    def m(self):\n        return 1\n\n    def n(self):\n        return 1\n"
    after = before.replace("return 1", "return 2", 1)
    module, _ = case.merged(before, after, order="new")
    return [module.A().m(), case.events()]


@check("events: a class attribute is changed")
def attribute(case):
    before = "class A:\n    x = 1\n\n    def m(self):\n        return 1\n"
    module, _ = case.merged(before, before.replace("x = 1", "x = 2"), order="new")
    return [module.A.x, sorted(case.events())]


@check("events: a nested function is changed")
def closure(case):
    before = "def f():\n    def g():\n        return 1\n    return g\n"
    module, _ = case.merged(before, before.replace("1", "2"), order="new")
    return [module.f()(), case.events()]


@check("events: comments and blank lines")
def layout(case):
    module, _ = case.merged(ONE + "\n\ndef g():\n    return 1\n", "# new\n" + ONE + "\n\n\n# newer\ndef g():\n    return 1\n", order="new")
    return [module.f(), [event for event in case.events() if not event.startswith("Update PROGRAM @")]]


@check("events: the fields of an event")
def fields(case):
    from jurigged.codetools import CodeFileOperation, FunctionDefinition

    module, codefile = case.merged(ONE, "def f():\n    return 2\n", order="new")
    event = case.log[0]
    return [
        isinstance(event, CodeFileOperation),
        event.codefile is codefile,
        isinstance(event.defn, FunctionDefinition),
        event.defn.name,
        event.defn in list(codefile.root.walk()),
    ]


@check("events: an update names the line")
def lines(case):
    before = "x = 1\n\n\n" + ONE
    module, _ = case.merged(before, before.replace("return 1", "return 2"), order="new")
    return case.events()


@check("events: an update names the new line where the function also moved")
def moved_lines(case):
    module, _ = case.merged(ONE, "import os\n\n\ndef f():\n    return 2\n", order="new")
    return case.events("UpdateOperation")[:1]


@check("events: a changed decorator")
def decorator(case):
    before = "def d(f):\n    return f\n\ndef e(f):\n    return lambda: 5\n\n@d\ndef f():\n    return 1\n"
    module, _ = case.merged(before, before.replace("@d", "@e"), order="new")
    return [module.f(), case.events()]


@check("events: a text that does not parse")
def syntax(case):
    codefile = case.codefile(case.module(ONE))
    case.save("def f(:\n")
    return [raised(codefile.refresh), raised(lambda: case.other("def f(:\n"))]


@check("merge: a statement raises")
def failing(case):
    module, codefile = case.merged(ONE, "x = this(wont_work)\n\ndef f():\n    return 2\n", order="new")
    return [module.f(), [event for event in case.events() if not event.startswith("Update")], codefile.root.codestring]


@check("merge: allow_deletions=False keeps what the other text lacks")
def keep(case):
    before = ONE + "\n\nclass A:\n    def m(self):\n        return 1\n\n    def n(self):\n        return 1\n"
    after = "class A:\n    def n(self):\n        return 2\n"
    module, codefile = case.merged(before, after, allow_deletions=False)
    return [module.f(), module.A().m(), module.A().n(), codefile.root.codestring]


@check("merge: allow_deletions names what may go")
def keep_some(case):
    before = ONE + "\n\ndef g():\n    return 1\n\n\ndef h():\n    return 1\n"
    module = case.module(before)
    codefile = case.codefile(module)
    codefile.merge(case.other("def g():\n    return 2\n"), allow_deletions=[_named(codefile, "h")])
    return [module.f(), module.g(), hasattr(module, "h")]


@check("merge: allow_deletions is the default")
def deletes(case):
    module, _ = case.merged(ONE + "\n\ndef g():\n    return 1\n", "def g():\n    return 2\n")
    return [hasattr(module, "f"), module.g()]


@check("merge: what it returns")
def result(case):
    before = ONE + "\n\ndef g():\n    return 1\n\n\ndef h():\n    return 1\n"
    after = ONE + "\n\ndef g():\n    return 2\n\n\ndef i():\n    return 1\n"
    codefile = case.codefile(case.module(before))
    return [sorted(it.name for it in part if it.name and it.parent) for part in codefile.merge(case.other(after))]


@check("merge: original and new order")
def order(case):
    before = "def a():\n    return 1\n\n\ndef b():\n    return 1\n"
    after = "def b():\n    return 2\n\n\ndef c():\n    return 2\n\n\ndef a():\n    return 2\n"
    seen = []
    for order in ("original", "new"):
        module, codefile = case.merged(before, after, order=order)
        seen.append([it.name for it in codefile.root.children if it.name])
        seen.append([module.a(), module.b(), module.c()])
        codefile.merge(case.other(before))
    return seen


@check("merge: twice, there and back")
def back_and_forth(case):
    before = ONE + "\n\nclass A:\n    def m(self):\n        return 1\n"
    after = "import math\n\n\n" + before.replace("1", "2") + "\n    def n(self):\n        return math.floor(2.5)\n"
    module = case.module(before)
    codefile = case.codefile(module)
    held, instance = module.f, module.A()
    seen = []
    for text in (after, before, after, before):
        codefile.merge(case.other(text))
        seen.append([held(), module.f(), instance.m(), hasattr(instance, "n")])
    return seen


@check("merge: unchanged statements do not run again")
def unchanged(case):
    before = "seen = []\nseen.append(1)\nvalue = 1\n"
    module, _ = case.merged(before, before.replace("value = 1", "value = 2"))
    return [module.seen, module.value]


@check("merge: several definitions of one name")
def overloads(case):
    text = """
        kept = []


        def keep(function):
            kept.append(function)
            return function


        @keep
        def do(x):
            return x + 1


        @keep
        def do(x):
            return x + 2


        @keep
        def do(x):
            return x + 3
        """
    import textwrap

    module, _ = case.merged(text, textwrap.dedent(text).replace("x + 2", "x * 10")[1:])
    return [function(1) for function in module.kept[:3]]


@check("merge: a class gets a base")
def bases(case):
    before = "class Root:\n    pass\n\n\nclass A(Root):\n    pass\n\n\nclass B(Root):\n    def n(self):\n        return 2\n\n\nclass C(A):\n    def m(self):\n        return 1\n"
    module, _ = case.merged(before, before.replace("class C(A)", "class C(A, B)"), order="new")
    return [module.C().m(), module.C().n()]


@check("merge: an instance follows a class whose bases changed")
def bases_instance(case):
    before = "class Root:\n    pass\n\n\nclass A(Root):\n    pass\n\n\nclass B(Root):\n    def n(self):\n        return 2\n\n\nclass C(A):\n    def m(self):\n        return 1\n"
    module = case.module(before)
    instance, kind = module.C(), module.C
    case.codefile(module).merge(case.other(before.replace("class C(A)", "class C(A, B)")), order="new")
    return [hasattr(instance, "n"), module.C is kind]


@check("refresh: reads the file")
def refresh(case):
    module = case.module(ONE)
    codefile = case.codefile(module)
    case.save("def f():\n    return 2\n\n\ndef g():\n    return 3\n")
    codefile.refresh()
    return [module.f(), module.g(), codefile.root.codestring == case.text(), codefile.stale()]


@check("refresh: of an unchanged file does nothing")
def refresh_nothing(case):
    codefile = case.codefile(case.module(ONE))
    codefile.refresh()
    return [case.events(), codefile.dirty]


@check("stale: whether the file differs from what was read or written last")
def stale(case):
    codefile = case.codefile(case.module(ONE))
    seen = [codefile.stale()]
    case.save("def f():\n    return 2\n")
    return [*seen, codefile.stale()]


@check("dirty: whether there is something to commit")
def dirty(case):
    module, codefile = case.merged(ONE, "def f():\n    return 2\n")
    seen = [codefile.dirty]
    codefile.commit()
    return [*seen, codefile.dirty, case.text()]


@check("associate: a module or a dict")
def associate(case):
    module = case.module(ONE)
    codefile = case.codefile()
    space = {"a": 2}
    codefile.associate(space)
    seen = [codefile.root.get_globals() is space, codefile.module]
    codefile.associate(module)
    return [*seen, codefile.root.get_globals() is vars(module), codefile.module is module, raised(codefile.associate, 12)]


@check("codefile: a source that is no file")
def no_file(case):
    from jurigged import CodeFile

    codefile = CodeFile("<nowhere>", "name", source="def f():\n    return 1")
    return [codefile.saved, codefile.root.codestring, [it.name for it in codefile.root.children if it.name]]


@check("codefile: a missing file")
def missing(case):
    from jurigged import CodeFile

    return raised(CodeFile, case.path, case.name)
