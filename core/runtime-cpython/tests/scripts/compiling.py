"""Compiling: silent, in the right lines, with errors in the unit's own lines."""
import sys
from load import driver

# A plain start has not imported `warnings`: its filters are somewhere else then.
before_warnings = "warnings" in sys.modules
driver.compile("def f(): return '\\d', 1 is 1\n", "f.py")
assert before_warnings == ("warnings" in sys.modules)
import types, warnings


def check(got, want):
    if got != want:
        raise AssertionError(f"{got!r} is not {want!r}")


SOURCE = '''@print
def f(a, *, b=[x
               for x in ()]):
    """doc"""
    def g(): yield (lambda: a)
    class C:
        def m(self): return __class__
    return g, {y: 1
               for y in b}, (lambda: 1, lambda: 1)
'''


def same(a, b, positions=True):
    check((a.co_name, a.co_firstlineno, a.co_code, a.co_names), (b.co_name, b.co_firstlineno, b.co_code, b.co_names))
    for name in ("co_lines", "co_positions"):
        if positions and hasattr(a, name):
            check(list(getattr(a, name)()), list(getattr(b, name)()))
    check(len(a.co_consts), len(b.co_consts))
    for one, two in zip(a.co_consts, b.co_consts):
        if isinstance(one, types.CodeType):
            same(one, two)
        else:
            check(one, two)


def shifted_equals_padded():
    for line in (1, 2, 40, 5000, 200_000):
        got = driver.compile(SOURCE, "file.py", 0, line)
        want = compile("\n" * (line - 1) + SOURCE, "file.py", "exec", dont_inherit=True)
        for one, two in zip(got.co_consts, want.co_consts):
            if isinstance(one, types.CodeType):
                same(one, two)
        plain = SOURCE.replace("class C", "if 1").replace("__class__", "1")
        got = driver.compile(plain, "file.py", 0, line)
        want = compile("\n" * (line - 1) + plain, "file.py", "exec", dont_inherit=True)
        for one, two in zip(got.co_consts, want.co_consts):
            if isinstance(one, types.CodeType):
                same(one, two)


def flags_count():
    import __future__
    code = driver.compile("def f(x: 1 / 0): pass", "f.py", __future__.annotations.compiler_flag)
    namespace = {}
    driver.execute(code, namespace)
    check(namespace["f"].__annotations__, {"x": "1 / 0"})


def warnings_are_silent():
    source = "def f(): return '\\d', 1 is 1\n"
    warnings.simplefilter("error")
    before = list(warnings.filters)
    driver.compile(source, "f.py")
    check(warnings.filters, before)
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        driver.compile(source, "f.py")
        check(seen, [])
        compile(source, "f.py", "exec")
        assert seen


def errors_have_places():
    for line in (1, 30):
        for source in ("x = 1\ndef f(:\n  pass\n", "x = 1\nclass C(:\n  pass\n"):
            try:
                driver.compile(source, "bad.py", 0, line)
            except RuntimeError as error:
                text = str(error)
                assert text.startswith("SyntaxError: ") and "at Some(\"bad.py\"):Some(2):Some(" in text, text
                assert 'File "bad.py", line 2' in text, text
            else:
                raise AssertionError("no error")


def execution_errors_have_places():
    code = driver.compile("def f():\n    raise ValueError('no')\nf()\n", "raises.py", 0, 11)
    try:
        driver.execute(code, {})
    except RuntimeError as error:
        text = str(error)
        assert text.startswith('ValueError: no at Some("raises.py"):Some(12)'), text
        check(text.split("\n")[1:3], ["Traceback (most recent call last):", '  File "raises.py", line 13, in <module>'])
    else:
        raise AssertionError("no error")


for name, test in list(globals().items()):
    if isinstance(test, types.FunctionType) and test.__code__.co_argcount == 0:
        try:
            test()
        except BaseException:
            print("FAILED", name)
            raise
print("ok")
