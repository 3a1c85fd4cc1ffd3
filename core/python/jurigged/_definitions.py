"""The definitions of a file as users of jurigged 0.6 see them: a tree of modules, classes, functions and lines.

The tree describes; it patches nothing. When another text runs, a definition that is still there stays the same object
and takes over its new place (:func:`graft`), so that a recoder or a listener can hold on to it.
"""

import ast
from dataclasses import dataclass

from ._source import plain

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass
class Extent:
    """Where something stands. Lines count from 1, columns are offsets in their line."""

    lineno: int
    col_offset: int
    end_lineno: int
    end_col_offset: int
    filename: "str | None" = None
    content: "str | None" = None


@dataclass
class Correspondence:
    """What became of a definition: ``original`` is ``None`` for a new one, ``new`` for one that is gone."""

    original: "Definition | None"
    new: "Definition | None"
    corresponds: bool
    changed: bool = False
    child_correspondences: "list[Correspondence] | None" = None

    def walk(self):
        """This and everything below it, from the outside in."""
        yield self
        for child in self.child_correspondences or ():
            yield from child.walk()

    def summary(self, filter=None):
        """Four lists of definitions: those that are the same, changed, added, deleted."""
        same, changes, additions, deletions = [], [], [], []
        for found in self.walk():
            if filter is not None and not filter(found.original or found.new):
                continue
            if found.original is None:
                additions.append(found.new)
            elif found.new is None:
                deletions.append(found.original)
            elif found.changed:
                changes.append(found.original)
            else:
                same.append(found.original)
        return same, changes, additions, deletions


class Definition:
    """Something in a file that has a name, or a line of it."""

    def __init__(self, node, name, filename, source, start, end):
        #: Its syntax tree; ``None`` for a header.
        self.node = node
        self.name = name
        self.filename = filename
        self.parent = None
        self.source = source
        #: Offsets in the text of the source, with the indentation of the first line.
        self.start = start
        self.end = end
        #: The first line when it was read first.
        self.groundline = source.position(start)[0]
        self._dump = None

    def __repr__(self):
        return f"<{type(self).__name__} {self.dotpath()} @L{self.stashed.lineno}>"

    def hierarchy(self, skip=0):
        """This definition and those around it, without the first ``skip``."""
        if skip <= 0:
            yield self
        if self.parent is not None:
            yield from self.parent.hierarchy(skip - 1)

    def dotpath(self):
        """Its name from the module on, such as ``shop.Cart.total``."""
        return ".".join(reversed([it.name or "<line>" for it in self.hierarchy()]))

    def codepath(self, skip=0):
        """The file and the names of the definitions around it and of its own."""
        first, *names = reversed(list(self.hierarchy(skip=skip)))
        return (first.filename, *(it.name or "<line>" for it in names))

    def walk(self):
        """This definition and everything in it."""
        yield self

    def get_globals(self):
        """The namespace of its module."""
        return self.parent and self.parent.get_globals()

    def get_object(self):
        """What it made in this process: a namespace, a class, the code object of a function."""
        return None

    @property
    def codestring(self):
        """Its text, with the indentation of the first line."""
        return plain(self.source.text[self.start : self.end])

    def reconstruct(self):
        """Its text; see :attr:`codestring`."""
        return self.codestring

    @property
    def stashed(self):
        """Where it stands in the text that runs."""
        lineno, column = self.source.position(self.start)
        end_lineno, end_column = self.source.position(max(self.start, self.end - 1))
        return Extent(lineno, column, end_lineno, end_column + 1, self.filename, self.codestring)

    @property
    def is_whitespace(self):
        """Is there nothing in it that Python would run?"""
        return False

    def correspond(self, other):
        """Whether another definition is this one, and what changed in it, as a :class:`Correspondence`."""
        is_same = type(self) is type(other) and self._key() == other._key()
        return Correspondence(self, other, corresponds=is_same, changed=False)

    def _key(self):
        """What a counterpart must have in common with it."""
        return self.name

    def means(self):
        """A text that is equal for definitions that differ in nothing but layout and place."""
        if self._dump is None:
            self._dump = ast.dump(self.node) if self.node is not None else self.codestring.strip()
        return self._dump


class LineDefinition(Definition):
    """A statement that defines nothing by itself. Compound ones count as one, with what is in them."""

    @property
    def text(self):
        """Its text."""
        return self.codestring

    def _key(self):
        return self.means()


class HeaderDefinition(LineDefinition):
    """A class or function down to its first statement: decorators, name, bases or parameters."""

    def _key(self):
        return None


class GroupDefinition(Definition):
    """A definition that others are in."""

    def __init__(self, *values):
        super().__init__(*values)
        self.children = []

    def append(self, *children):
        """Adds definitions to the tree; the text stays as it is."""
        for child in children:
            child.parent = self
            self.children.append(child)

    def walk(self):
        yield self
        for child in self.children:
            yield from child.walk()

    def header(self):
        """Its text down to its first statement."""
        return "".join(it.codestring for it in self.children if isinstance(it, HeaderDefinition))

    @property
    def body(self):
        """Its statements."""
        return [it for it in self.children if not isinstance(it, HeaderDefinition)]

    def correspond(self, other):
        if type(self) is not type(other) or self._key() != other._key():
            return Correspondence(self, other, corresponds=False)
        if self.codestring == other.codestring:
            return Correspondence(self, other, corresponds=True, changed=False)
        pairs = pair(self.children, other.children)
        children = [
            Correspondence(old, new, corresponds=True, changed=True)
            if old is None or new is None
            else old.correspond(new)
            for old, new in pairs
        ]
        for child in children:
            if isinstance(child.original, HeaderDefinition) and child.new is not None:
                child.changed = _header(self) != _header(other)
        return Correspondence(self, other, True, any(it.changed for it in children), children)


class ModuleCode(GroupDefinition):
    """A file."""

    def __init__(self, *values):
        super().__init__(*values)
        #: The module that runs it, and its namespace.
        self.module = None
        self.globals = None

    def get_globals(self):
        return self.globals

    def get_object(self):
        return self.globals

    @property
    def codestring(self):
        text = plain(self.source.text)
        return text if text.endswith("\n") else text + "\n"

    def _key(self):
        # One file under two names is still one file.
        return None


class ClassDefinition(GroupDefinition):
    """A class."""

    def get_object(self):
        outer = self.parent.get_object()
        if isinstance(outer, dict):
            return outer.get(self.name)
        return getattr(outer, self.name, None)


class FunctionDefinition(GroupDefinition):
    """A function or method, plain, asynchronous or a generator."""

    def get_object(self):
        from ._objects import code_of

        return code_of(self)


def _header(group):
    """What a class or function says of itself, without its body and without layout."""
    fields = {name: value for name, value in ast.iter_fields(group.node) if name != "body"}
    return {
        name: [ast.dump(it) if isinstance(it, ast.AST) else it for it in (value if isinstance(value, list) else [value])]
        for name, value in fields.items()
    }


def pair(old, new):
    """Pairs of an old and a new definition, in the order of the new ones, then old ones that are gone."""
    partner, taken = {}, set()
    # What is the same comes first: where a name is defined several times, each finds its own.
    for key_of in (lambda it: (type(it), it._key(), it.codestring), lambda it: (type(it), it._key())):
        left = {}
        for it in old:
            if it not in taken:
                left.setdefault(key_of(it), []).append(it)
        for it in new:
            if it not in partner and left.get(key := key_of(it)):
                partner[it] = found = left[key].pop(0)
                taken.add(found)
    return [(partner.get(it), it) for it in new] + [(it, None) for it in old if it not in taken]


def read_tree(source, filename, module_name):
    """The definitions of a text."""
    root = ModuleCode(source.tree, module_name, filename, source, 0, len(source.text))
    source.tree.extent = None
    root.append(*_body(source.tree.body, source, filename))
    return root


def _body(nodes, source, filename):
    return [_definition(node, source, filename) for node in nodes]


def _definition(node, source, filename):
    first = min([node, *getattr(node, "decorator_list", ())], key=lambda it: it.lineno)
    # The `@` stands before the decorator.
    column = 0 if first is not node else node.col_offset
    start = source.offset(first.lineno, column)
    end = source.offset(node.end_lineno, node.end_col_offset)
    position = source.position(start)
    node.extent = Extent(first.lineno, position[1], node.end_lineno, node.end_col_offset, filename)
    if source.starts_line(start):
        start = source.line_start(start)
    if isinstance(node, _FUNCTIONS):
        group = FunctionDefinition(node, node.name, filename, source, start, end)
    elif isinstance(node, ast.ClassDef):
        group = ClassDefinition(node, node.name, filename, source, start, end)
    else:
        return LineDefinition(node, None, filename, source, start, end)
    children = _body(node.body, source, filename)
    group.append(HeaderDefinition(None, None, filename, source, start, children[0].start), *children)
    return group


def graft(old, new):
    """Makes an old definition describe the text of a new one; what corresponds in it stays the same object."""
    old.source, old.start, old.end = new.source, new.start, new.end
    old.node, old.filename, old._dump = new.node, new.filename, None
    if isinstance(old, GroupDefinition):
        pairs = [(before, after) for before, after in pair(old.children, new.children) if after is not None]
        old.children = []
        for before, after in pairs:
            if before is not None:
                graft(before, after)
            old.append(after if before is None else before)
