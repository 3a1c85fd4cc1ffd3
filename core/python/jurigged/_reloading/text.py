"""The text of a file as it is on disk now, and where its ``reloading`` loops and functions are."""

import ast
import os
import time

from .scopes import FUNCTIONS, SCOPES

# A second save within one tick of the file system's clock has the stamp of the first; so young a file is read anyway.
_SETTLED_NS = 50_000_000
# A writer that truncates leaves an empty or half a file for a moment.
_WRITING_SECONDS = 0.05

_LOOPS = (ast.For, ast.AsyncFor)
_NAME = "reloading"


class Loop:
    """A ``for`` statement over ``reloading(...)``: its node, the definitions around it, and what tells it from others."""

    def __init__(self, node, around, number, is_nested):
        self.node = node
        self.around = around
        self.path = tuple((kind, name, nth) for kind, name, nth, _ in around)
        self.number = number
        self.is_nested = is_nested
        self.header = ast.dump(node.target) + " in " + ast.dump(node.iter)

    @property
    def function(self):
        """The function that it is in; ``None`` at the top of a module or a class."""
        return self.around[-1][3] if self.around and self.around[-1][0] == "def" else None

    @property
    def class_name(self):
        """The name of the innermost class around it, which mangles names."""
        return class_name(self.around)

    @property
    def key(self):
        """What finds it again in an edited text, as data."""
        return (self.path, self.number, self.header)


def class_name(around):
    """The name of the innermost class among definitions."""
    return next((name for kind, name, _, _ in reversed(around) if kind == "class"), None)


def _names_reloading(node):
    return (isinstance(node, ast.Name) and node.id == _NAME) or (
        isinstance(node, ast.Attribute) and node.attr == _NAME
    )


class Version:
    """One text of a file."""

    def __init__(self, path, source):
        self.path = path
        self.tree = ast.parse(source, path)
        # What the compiler refuses and the parser does not, such as `return` outside of a function.
        compile(source, path, "exec", 0, True)
        self.loops = []
        self.definitions = {}
        self._visit(self.tree, (), False)

    def _visit(self, scope, around, in_loop):
        seen = {}
        numbers = [0]

        def visit(node, in_loop):
            if isinstance(node, SCOPES):
                kind = "def" if isinstance(node, FUNCTIONS) else "class"
                nth = seen[kind, node.name] = seen.get((kind, node.name), -1) + 1
                inner = around + ((kind, node.name, nth, node),)
                self.definitions[tuple(step[:3] for step in inner)] = inner
                self._visit(node, inner, False)
                return
            if isinstance(node, _LOOPS) and self.is_reloading(node.iter):
                node.jurigged_loop = len(self.loops)
                self.loops.append(Loop(node, around, numbers[0], in_loop))
                numbers[0] += 1
            if isinstance(node, _LOOPS + (ast.While,)):
                for child in node.body:
                    visit(child, True)
                for child in node.orelse:
                    visit(child, in_loop)
                return
            for child in ast.iter_child_nodes(node):
                visit(child, in_loop)

        for child in scope.body:
            visit(child, in_loop)

    def is_reloading(self, node):
        """Is this expression ``reloading(...)`` or ``jurigged.reloading(...)``?"""
        return isinstance(node, ast.Call) and _names_reloading(node.func)

    def names_reloading(self, decorator):
        """Is this decorator ``reloading`` or ``reloading(...)``?"""
        return _names_reloading(decorator.func if isinstance(decorator, ast.Call) else decorator)

    def loop_at(self, line, path=None):
        """The loop whose header covers a line, in one scope or in any."""
        found = [
            loop
            for loop in self.loops
            if loop.node.lineno <= line <= max(loop.node.lineno, loop.node.iter.end_lineno or 0)
            and (path is None or loop.path == path)
        ]
        return found[0] if len(found) == 1 else None

    def find(self, key):
        """The loop that an older text had as `key`: by its header, else by its place among those of its function."""
        path, number, header = key[:3]
        here = [loop for loop in self.loops if loop.path == path]
        alike = [loop for loop in here if loop.header == header]
        if len(alike) == 1:
            return alike[0]
        same_place = [loop for loop in here if loop.number == number]
        if alike:
            return next((loop for loop in alike if loop.number == number), None)
        return same_place[0] if same_place else None


class Source:
    """A file that is read again when it has changed."""

    def __init__(self, path):
        self.path = path
        self._stamp = None
        self._bytes = None
        self.version = None
        self.problem = None

    def look(self):
        """The newest text that parses, as a :class:`Version`.

        Raises ``SyntaxError`` or ``OSError`` as long as the file on disk is not good.
        """
        stamp = self._stamp_now()
        if stamp is None:
            # Editors save by replacing: for a moment there is no file.
            time.sleep(_WRITING_SECONDS)
            stamp = os.stat(self.path)
            stamp = None
        elif stamp == self._stamp and time.time_ns() - stamp[0] > _SETTLED_NS:
            return self._known()
        data = self._read()
        if data == self._bytes:
            self._stamp = stamp
            return self._known()
        try:
            version = Version(self.path, data)
        except (SyntaxError, ValueError) as problem:
            time.sleep(_WRITING_SECONDS)
            if self._read() != data:
                return self.look()
            self._bytes, self._stamp, self.problem = data, stamp, problem
            return self._known()
        self._bytes, self._stamp, self.version, self.problem = data, stamp, version, None
        return version

    def _known(self):
        if self.problem is not None:
            raise self.problem
        return self.version

    def changed(self):
        """Is there another text on disk than the one that was looked at last?"""
        stamp = self._stamp_now()
        if stamp is None or (stamp == self._stamp and time.time_ns() - stamp[0] > _SETTLED_NS):
            return False
        return bool(stamp[1]) and self._read() != self._bytes

    def _stamp_now(self):
        try:
            status = os.stat(self.path)
        except OSError:
            return None
        return (status.st_mtime_ns, status.st_size, status.st_ino)

    def _read(self):
        end = time.monotonic() + 1
        while True:
            with open(self.path, "rb") as file:
                data = file.read()
            if data.strip() or time.monotonic() > end:
                return data
            time.sleep(_WRITING_SECONDS / 10)


_sources = {}


def source_of(path):
    """The file, looked at by everything that reloads from it."""
    return _sources.setdefault(path, Source(path))
