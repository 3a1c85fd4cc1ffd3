"""What cells define: a function or class that a cell defines again stays the object that it was, with the new code.

The definitions of a cell are registered with the session as a file. When another cell defines some of them again, the session
is told that this is what the file reads now, and patches the live objects, so that whoever holds them runs the new code. The
names then mean these objects again.
"""

import ast
import inspect
import json
import linecache
import sys

import jurigged

_native = jurigged._native
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


class Definition:
    """A statement at the top of a cell: its lines, and the number of the first."""

    def __init__(self, node, lines):
        decorators = [decorator.lineno for decorator in node.decorator_list]
        self.name = node.name
        self.first = min([node.lineno] + decorators)
        self.lines = lines[self.first - 1 : node.end_lineno]


class Cells:
    """The definitions of all cells, by the files that the session knows them in."""

    def __init__(self, shell):
        self._shell = shell
        # File to name to definition; name to file.
        self._files = {}
        self._owner = {}
        self._before = {}

    def before(self):
        """A cell is about to run: remembers what the names mean."""
        namespace = self._shell.user_ns
        self._before = {name: namespace.get(name) for name in self._owner}

    def after(self, result):
        """A cell has run: patches what it has defined again. Yields reports."""
        if result.info is None or not result.info.raw_cell or result.error_before_exec is not None:
            return
        if sys.modules.get("__main__") is not self._shell.user_module:
            # The session finds definitions by their module.
            return
        file, definitions = self._defined(result)
        again, first = {}, {}
        for name, definition in definitions.items():
            new, old = self._shell.user_ns.get(name), self._before.get(name)
            if not _is_definition(new, name):
                continue
            owner = self._owner.get(name)
            if owner is None or type(old) is not type(new):
                first[name] = definition
            elif old is not new:
                again.setdefault(owner, {})[name] = definition
        for owner, names in again.items():
            report = self._patch(owner, names, result)
            yield report
            if report["undone"] or any(found["severity"] == "error" for found in report["diagnostics"]):
                first.update(names)
        if first:
            self._adopt(file, first)

    def _defined(self, result):
        """The file that the cell was compiled as, and the last definition of each name in it."""
        shell = self._shell
        transformed = shell.transform_cell(result.info.raw_cell)
        try:
            tree = ast.parse(transformed)
        except SyntaxError:
            return None, {}
        number = result.execution_count or shell.execution_count
        file = shell.compile.get_code_name(result.info.raw_cell, transformed, number)
        lines = transformed.split("\n")
        return file, {node.name: Definition(node, lines) for node in tree.body if isinstance(node, _DEFINITIONS)}

    def _patch(self, file, definitions, result):
        """Lets the live objects follow; the names mean them again."""
        namespace = self._shell.user_ns
        made = {name: namespace[name] for name in definitions}
        namespace.update({name: self._before[name] for name in definitions})
        others = {name: known for name, known in self._files[file].items() if name not in definitions}
        text = _text(definitions, others)
        report = json.loads(_native.apply(file, text))
        if report["undone"] or any(found["severity"] == "error" for found in report["diagnostics"]):
            # What is refused leaves the old objects as they were: the names mean the new ones, as without us.
            namespace.update(made)
            return report
        self._files[file].update(definitions)
        self._show_as(file, text, result.execution_count)
        return report

    def _adopt(self, file, definitions):
        """The session gets to know a cell, or more of one that it knows."""
        known = self._files.get(file, {})
        text = _text(definitions, {name: other for name, other in known.items() if name not in definitions})
        _native.register("__main__", file, text)
        self._files[file] = {**known, **definitions}
        for name in definitions:
            self._owner[name] = file

    def _show_as(self, file, text, number):
        """Tracebacks show the lines of the new cell, under its number."""
        linecache.cache[file] = (len(text), None, text.splitlines(True), file)
        names = getattr(self._shell.compile, "_filename_map", None)
        if names is not None and number is not None:
            names[file] = number


def _is_definition(found, name):
    """Is this what the statement has made, and not what the cell put in its place?"""
    if isinstance(found, type):
        return found.__module__ == "__main__" and found.__qualname__ == name
    try:
        inner = inspect.unwrap(found)
    except ValueError:
        return False
    return inspect.isfunction(inner) and inner.__qualname__ == name


def _text(definitions, others):
    """A file with these definitions at the lines that they have in their cell, and others behind them."""
    lines = []
    for definition in sorted(definitions.values(), key=lambda each: each.first):
        lines += [""] * (definition.first - 1 - len(lines)) + definition.lines
    for definition in sorted(others.values(), key=lambda each: each.first):
        lines += [""] + definition.lines
    return "\n".join(lines) + "\n"
