"""`commit`: what is written, and when it is refused."""

import os

from kit import check, raised

LAID_OUT = '''
#!/usr/bin/env python
# A head.


"""Doc."""

import math   # why


x = [1,
     2]     # kept as it is



def f( x ):     # odd spaces
    # inside
    return x * 2   # after


# between

class  A :

  def m(self):
      return   "a"

  # a comment of the class
  def n(self): return 'n'


def last():
    return """
    text
  less"""
# the end
'''


def _recoder(case, text, pick=lambda module: module.f, **how):
    from jurigged import make_recoder

    module = case.module(text, **how)
    return module, make_recoder(pick(module))


def _patched(case, text, patch, pick=lambda module: module.f):
    module, recoder = _recoder(case, text, pick)
    recoder.patch(patch)
    recoder.commit()
    return case.text()


@check("commit: of nothing")
def nothing(case):
    codefile = case.codefile(case.module(LAID_OUT))
    before = case.bytes()
    codefile.commit()
    return case.bytes() == before


@check("commit: writes the function and nothing else")
def one(case):
    return _patched(case, LAID_OUT, "def f(x):\n    return x * 3")


@check("commit: a method keeps its indentation")
def method(case):
    return _patched(case, LAID_OUT, "def m(self):\n    # new\n    return 'b'", lambda module: module.A.m)


@check("commit: strings over several lines are not indented")
def strings(case):
    text = "class A:\n    def m(self):\n        return 1\n"
    module, recoder = _recoder(case, text, lambda module: module.A.m)
    recoder.patch('def m(self):\n    return """a\nb\n  c"""')
    recoder.commit()
    return [module.A().m(), case.text()]


@check("commit: an added function after the one that it followed")
def added_after(case):
    module, recoder = _recoder(case, "def a():\n    return 1\n\n\ndef f():\n    return 1\n\n\ndef z():\n    return 1\n")
    recoder.patch_module("def a():\n    return 2\n\n\ndef b():\n    return 2\n")
    recoder.commit()
    return [module.b(), case.text()]


@check("commit: an added function before the one that follows")
def added_before(case):
    module, recoder = _recoder(case, "def a():\n    return 1\n\n\ndef f():\n    return 1\n\n\ndef z():\n    return 1\n")
    recoder.patch_module("def e():\n    return 2\n\n\ndef f():\n    return e()\n")
    recoder.commit()
    return [module.f(), case.text()]


@check("commit: an added function of which nothing tells the place")
def added(case):
    module, recoder = _recoder(case, "import math\n\n\ndef f():\n    return 1\n")
    recoder.patch_module("def pop():\n    return 0\n")
    recoder.commit()
    return [module.pop(), case.text()]


@check("commit: an added import stands below `from __future__`")
def added_import(case):
    module, recoder = _recoder(case, '"""Doc."""\nfrom __future__ import annotations\n\n\ndef f():\n    return 1\n')
    recoder.patch_module("import json\n")
    recoder.commit()
    compile(case.text(), "x", "exec")
    return [module.json.__name__, case.text()]


@check("commit: an added method")
def added_method(case):
    text = "class A:\n    def m(self):\n        return 1\n\n\ndef f():\n    return 1\n"
    return _patched(case, text, "class A:\n    def m(self):\n        return 2\n\n    def n(self):\n        return 3\n", lambda module: module.A)


@check("commit: a function at the end of a file without a last line end")
def no_end(case):
    return _patched(case, "x = 1\n\ndef f():\n    return 1", "def f():\n    return 2")


@check("commit: a function on one line")
def one_line(case):
    return _patched(case, "def f(): return 1\n\nx = 1\n", "def f():\n    return 2")


@check("commit: of a decorated function")
def decorated(case):
    text = "def d(f):\n    return f\n\n\n# above\n@d\n# between\n@d\ndef f():\n    return 1\n\n\nx = 1\n"
    return _patched(case, text, "@d\n# between\n@d\ndef f():\n    return 2\n")


@check("commit: CRLF")
def crlf(case):
    module, recoder = _recoder(case, "x = 1\r\n\r\n\r\ndef f():\r\n    return 1\r\n\r\n\r\ny = '''a\r\nb'''\r\n")
    recoder.patch("def f():\n    # new\n    return 2")
    recoder.commit()
    return [module.f(), module.y, repr(case.text())]


@check("commit: a latin-1 cookie")
def latin(case):
    text = "# -*- coding: latin-1 -*-\nname = 'é'\n\n\ndef f():\n    return name + 'ü'\n"
    module, recoder = _recoder(case, text, encoding="latin-1")
    recoder.patch("def f():\n    return name + 'ö'")
    recoder.commit()
    return [module.f(), case.bytes().decode("latin-1")]


@check("commit: what the encoding of the file cannot hold")
def not_latin(case):
    text = "# -*- coding: latin-1 -*-\nname = 'é'\n\n\ndef f():\n    return name\n"
    module, recoder = _recoder(case, text, encoding="latin-1")
    recoder.patch("def f():\n    return '\N{SNOWMAN}'")
    return [module.f(), raised(recoder.commit), case.bytes().decode("latin-1") == text]


@check("commit: UTF-8")
def utf8(case):
    module, recoder = _recoder(case, "name = 'é'\n\n\ndef f():\n    return name\n")
    recoder.patch("def f():\n    return name + 'ü'")
    recoder.commit()
    return [module.f(), case.text()]


@check("commit: a byte order mark is kept")
def byte_order_mark(case):
    module, recoder = _recoder(case, "name = 'é'\n\n\ndef f():\n    return name\n", encoding="utf-8-sig")
    recoder.patch("def f():\n    return name + 'ü'")
    recoder.commit()
    return [module.f(), case.bytes().startswith(b"\xef\xbb\xbfname"), case.text().count("\ufeff")]


@check("commit: tabs")
def tabs(case):
    text = "class A:\n\tdef m(self):\n\t\tif self:\n\t\t\treturn 1\n\n\tdef n(self):\n\t\treturn 1\n"
    module, recoder = _recoder(case, text, lambda module: module.A.m)
    recoder.patch("def m(self):\n    if self:\n        return 2")
    recoder.commit()
    return [module.A().m(), case.text()]


@check("commit: two spaces")
def two_spaces(case):
    text = "class A:\n  def m(self):\n    return 1\n\n  def n(self):\n    return 1\n"
    module, recoder = _recoder(case, text, lambda module: module.A.m)
    recoder.patch("def m(self):\n  if self:\n    return 2")
    recoder.commit()
    return [module.A().m(), case.text()]


@check("commit: a form feed and other line separators in strings")
def separators(case):
    text = "x = 'a\u2028b'\n\x0c\ndef f():\n    return 1\n\n\ny = 'c\x85d'\n"
    module, recoder = _recoder(case, text)
    recoder.patch("def f():\n    return 2")
    recoder.commit()
    return [module.f(), repr(case.text())]


@check("commit: refused when the file changed meanwhile")
def conflict(case):
    from jurigged.codetools import StaleException

    module, recoder = _recoder(case, "def f():\n    return 1\n")
    recoder.patch("def f():\n    return 2")
    case.save("def f():\n    return 1\n\n\nx = 1\n")
    try:
        recoder.commit()
    except StaleException as error:
        return [case.plain(str(error)), case.text(), module.f()]


@check("commit: refused when the file is gone")
def gone(case):
    module, recoder = _recoder(case, "def f():\n    return 1\n")
    recoder.patch("def f():\n    return 2")
    os.remove(case.path)
    return [raised(recoder.commit), os.path.exists(case.path)]


@check("commit: of a CodeFile, without the look at the file")
def unchecked(case):
    module, codefile = case.merged("def f():\n    return 1\n", "def f():\n    return 2\n")
    case.save("x = 1\n")
    codefile.commit(check_stale=False)
    return case.text()


@check("commit: after an edit on disk that was read")
def after_edit(case):
    module, recoder = _recoder(case, "def f():\n    return 1\n\n\ndef g():\n    return 1\n")
    case.save("def f():\n    return 1\n\n\ndef g():\n    return 2\n")
    recoder.codefile.refresh()
    recoder.patch("def f():\n    return 2")
    recoder.commit()
    return [module.f(), module.g(), case.text()]


@check("commit: a patch that an edit on disk took back is out of sync")
def edit_below_patch(case):
    module, recoder = _recoder(case, "def f():\n    return 1\n\n\ndef g():\n    return 1\n")
    recoder.patch("def f():\n    return 2")
    case.save("def f():\n    return 1\n\n\ndef g():\n    return 2\n")
    recoder.codefile.refresh()
    return [module.f(), module.g(), recoder.status]


@check("commit: after an edit on disk below a patch, and repatch")
def repatch(case):
    module, recoder = _recoder(case, "def f():\n    return 1\n\n\ndef g():\n    return 1\n")
    recoder.patch("def f():\n    return 2")
    case.save("def f():\n    return 1\n\n\ndef g():\n    return 2\n")
    recoder.codefile.refresh()
    recoder.repatch()
    recoder.commit()
    return [module.f(), module.g(), case.text()]


@check("commit: several, one after the other")
def several(case):
    module, recoder = _recoder(case, LAID_OUT)
    for number in range(3):
        recoder.patch(f"def f(x):\n    return x * {number}")
        recoder.commit()
    return [module.f(1), case.text()]


@check("commit: keeps the mode of the file")
def mode(case):
    module, recoder = _recoder(case, "def f():\n    return 1\n")
    os.chmod(case.path, 0o755)
    recoder.patch("def f():\n    return 2")
    recoder.commit()
    return oct(os.stat(case.path).st_mode & 0o777)


@check("commit: through a link")
def link(case):
    module, recoder = _recoder(case, "def f():\n    return 1\n")
    real = case.path + ".real"
    os.rename(case.path, real)
    os.symlink(real, case.path)
    recoder.patch("def f():\n    return 2")
    recoder.commit()
    return [os.path.islink(case.path), case.text()]


@check("commit: what it wrote is what a fresh start runs")
def fresh(case):
    module, recoder = _recoder(case, LAID_OUT)
    recoder.patch_module("import json\n\n\ndef helper(x):\n    return json.dumps(x)\n\n\ndef f(x):\n    return helper(x)\n")
    recoder.commit()
    space = {}
    exec(compile(case.text(), "x", "exec"), space)
    return [space["f"](1), module.f(1)]


@check("commit: several statements in one line")
def semicolons(case):
    module, recoder = _recoder(case, "a = 1; b = 2; c = 3\n\n\ndef f():\n    return 1\n")
    recoder.patch_module("d = 4; e = 5\n\n\ndef f():\n    return 2\n")
    recoder.commit()
    return [module.e, case.text()]


@check("commit: a method is added to a class in one line")
def class_in_one_line(case):
    module, recoder = _recoder(case, "class A: x = 1; y = 2  # why\n\n\nz = 1\n", lambda module: module.A)
    recoder.patch("class A:\n    def m(self):\n        return self.y\n")
    recoder.commit()
    return [module.A().m(), case.text()]


@check("commit: the last method of a class is deleted")
def last_method(case):
    from jurigged import make_recoder

    module = case.module("class A:\n    def m(self):\n        return 1\n\n\nx = 1\n")
    recoder = make_recoder(module.A.m, deletable=True)
    recoder.patch("")
    recoder.commit()
    return [hasattr(module.A, "m"), case.text()]


@check("commit: deletions keep what stands around them")
def deletions(case):
    before = "import os\n\n\n# about a\ndef a():\n    return 1\n\n\ndef b():\n    return 1\n\n\n# about c\ndef c():\n    return 1\n\n\nx = 1\n"
    module, codefile = case.merged(before, "import os\n\n\ndef a():\n    return 1\n\n\nx = 1\n")
    codefile.commit()
    return [hasattr(module, "b"), case.text()]
