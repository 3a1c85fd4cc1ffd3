"""The text of a file with some of its definitions replaced, added, or taken out, and everything else as it was.

What is laid in takes the indentation, the line endings and the distance between definitions of its new place. Comments
and blank lines that stand between definitions stay.
"""

import ast

from ._definitions import ClassDefinition, FunctionDefinition, HeaderDefinition, LineDefinition, ModuleCode, pair
from ._source import indent_unit, lines_in_strings, plain, reindented, with_newline


def merged(base, patch, is_deletable):
    """The text of the file of ``base`` with the definitions of ``patch`` in it, in the order of ``base``.

    Both are groups of definitions. What ``patch`` lacks stays unless ``is_deletable`` says that it may go.
    """
    merge = _Merge(base.source, patch.source)
    merge.group(base, patch, is_deletable)
    return merge.text()


def reordered(base, patch, is_deletable):
    """The text of the file of ``patch``, with those definitions of ``base`` that it lacks and that may not go."""
    kept = {it for it in base.walk() if not is_deletable(it)}
    merge = _Merge(patch.source, base.source)
    merge.kept(patch, base, kept)
    return merge.text()


class _Merge:
    def __init__(self, base, patch):
        self.base = base
        self.patch = patch
        self.units = (indent_unit(patch), indent_unit(base) or indent_unit(patch))
        self.in_strings = lines_in_strings(patch.tree)
        self.edits = []

    def text(self):
        """The text of the base with the edits made."""
        parts, at = [], 0
        for start, end, text in sorted(self.edits, key=lambda edit: edit[:2]):
            parts += [self.base.text[at : max(at, start)], text]
            at = max(at, end)
        return "".join([*parts, self.base.text[at:]])

    def group(self, base, patch, is_deletable):
        """Lays what is in ``patch`` into ``base``."""
        pairs = _with_rebindings(pair(base.body, patch.body))
        partner = {new: old for old, new in pairs if new is not None}
        gone = {old for old, new in pairs if new is None and is_deletable(old)}
        is_empty = len(gone) == len(base.body) and all(partner.values())
        if _is_on_one_line(base) and (gone or not all(partner.values())):
            self.unfolded(base, patch, partner, gone)
            return
        for new, old in partner.items():
            if old is not None:
                self.replace(old, new, is_deletable)
        self.add(base, patch.body, partner)
        if is_empty and not isinstance(base, ModuleCode):
            first = base.body[0]
            self.edits.append((first.start, first.start, f"{self.base.indent_at(first.start)}pass{self.base.newline}"))
        self.delete(base.body, gone)

    def kept(self, base, patch, kept):
        """Adds to ``base`` what is kept of ``patch`` and missing there."""
        pairs = pair(base.body, patch.body)
        partner = {new: old for old, new in pairs if new is not None}
        wanted = [it for it in patch.body if partner[it] is not None or it in kept]
        if _is_on_one_line(base) and not all(partner[it] for it in wanted):
            self.unfolded(base, base, {it: None for it in wanted if partner[it] is None}, set())
            return
        # What goes to the end of a class comes before what goes behind the class.
        for new, old in partner.items():
            if isinstance(old, ClassDefinition):
                self.kept(old, new, kept)
        self.add(base, wanted, partner)

    def replace(self, old, new, is_deletable):
        """The text of one definition by that of another."""
        if isinstance(old, ClassDefinition):
            if not _is_on_one_line(old) and _header(old) != _header(new):
                self.edits.append((old.start, _header_end(old), self.header(old, new)))
            self.group(old, new, is_deletable)
            return
        ours, theirs = old.codestring, new.codestring
        is_laid_alike = "\n" not in ours or self.base.indent_at(old.start) == self.patch.indent_at(new.start)
        if ours.strip() == theirs.strip() and is_laid_alike:
            return
        if not _has_own_line(old):
            self.edits.append((self.text_start(old), old.end, new.codestring.strip()))
            return
        start, end = old.start, old.end
        if _commented_start(self.patch, new) < new.start:
            start = self.commented_start(old)
        if not isinstance(old, LineDefinition) or self.patch.rest_of_line(new.end).strip():
            # A comment behind the last line belongs to what is replaced.
            end += len(self.base.rest_of_line(old.end))
        text = self.laid(new, self.base.indent_at(old.start)).rstrip("\r\n")
        self.edits.append((start, end, text))

    def add(self, base, wanted, partner):
        """Lays new definitions behind the one that they follow, or before the one that follows, or at the end."""
        anchor, waiting = None, []
        if isinstance(base, ModuleCode):
            self.add_imports(base, [it for it in wanted if partner[it] is None])
        for new in wanted:
            old = partner[new]
            if old is None and isinstance(base, ModuleCode) and _is_import(new):
                continue
            if old is None:
                waiting.append(new)
                continue
            if waiting:
                self.insert(base, waiting, anchor, None if anchor else old)
            anchor, waiting = old, []
        if waiting:
            self.insert(base, waiting, anchor or self.last(base), None)

    def add_imports(self, base, added):
        """Imports stand with those that are there, which is above everything that may use them."""
        for is_future in (True, False):
            wanted = [it for it in added if _is_import(it) and _is_future(it) == is_future]
            above = [it for it in base.body if _is_future(it) or _is_import(it) and not is_future]
            above = above or [it for it in base.body[:1] if _is_docstring(it)]
            if wanted:
                first = base.body[0] if base.body and not above else None
                self.insert(base, wanted, above[-1] if above else None, first)

    def insert(self, base, added, after, before):
        indent = self.inner_indent(base)
        added, blocks = self.blocks(added, indent)
        distance = 2 if isinstance(base, ModuleCode) else 1
        newline = self.base.newline
        body = blocks[0]
        for previous, it, block in zip(added, added[1:], blocks[1:]):
            body += newline * _blank_lines(previous, it, distance) + block
        siblings = base.body
        if before is not None:
            before = next(line[0] for line in _by_line(siblings) if before in line)
            at = self.commented_start(before)
            tail = newline * self.distance(base, added[-1], before, distance)
            self.edits.append((at, at, body + tail))
            return
        at = self.base.line_end(after.end) if after is not None else len(self.base.text)
        head = newline * self.distance(base, after, added[0], distance) if after is not None else ""
        if at and not self.base.text[:at].endswith(("\n", "\r")):
            head = newline + head
        tail = ""
        place = siblings.index(after) + 1 if after is not None else len(siblings)
        if place < len(siblings):
            wanted = _blank_lines(added[-1], siblings[place], distance)
            tail = newline * max(0, wanted - self.gap(siblings[place - 1], siblings[place]))
        self.edits.append((at, at, head + body + tail))

    def blocks(self, added, indent):
        """The first definition of each run of lines, and its text: statements of one line stay together."""
        runs = []
        for it in added:
            if runs and not _has_own_line(it) and it.source.line_start(it.start) == it.source.line_start(runs[-1][-1].start):
                runs[-1].append(it)
            else:
                runs.append([it])
        texts = []
        for run in runs:
            before, after = run[0].source.starts_line(run[0].start), run[-1].source.rest_of_line(run[-1].end).strip()
            if len(run) > 1 and before and not after.startswith(";"):
                texts.append(self.laid(run[0], indent, run[-1].source.line_end(run[-1].end)))
            else:
                texts.append("".join(self.laid(it, indent) for it in run))
        return [run[0] for run in runs], texts

    def distance(self, base, one, other, default):
        """How many blank lines belong between two definitions, as they are laid out around them."""
        wanted = _blank_lines(one, other, default)
        siblings = base.body
        gaps = [self.gap(a, b) for a, b in zip(siblings, siblings[1:]) if _blank_lines(a, b, 1) and _blank_lines(b, a, 1)]
        return min(wanted, max(gaps)) if gaps else wanted

    def gap(self, one, other):
        """The blank lines between two definitions of the base."""
        between = self.base.text[self.base.line_end(one.end) : other.start]
        return sum(1 for line in between.splitlines() if not line.strip())

    def last(self, base):
        """What additions follow when nothing tells their place: everything that they may use is above them then."""
        body = [it for it in base.body if not _is_main_block(it)] if isinstance(base, ModuleCode) else base.body
        return body[-1] if body else None

    def delete(self, siblings, gone):
        """Takes definitions out, with the comments on them and the blank lines between them and what follows, or else
        precedes."""
        runs = []
        for index, line in enumerate(_by_line(siblings)):
            if not all(it in gone for it in line):
                for it in line:
                    if it in gone:
                        self.edits.append((*self.part_of_line(it), ""))
            elif runs and runs[-1][0] == index - 1 and self.touch(runs[-1][2], line[0]):
                runs[-1][0], runs[-1][2] = index, line[-1]
            else:
                runs.append([index, line[0], line[-1]])
        for _, first, last in runs:
            # The comment directly above a definition goes with it.
            start, end = self.commented_start(first), self.base.line_end(last.end)
            following = siblings[siblings.index(last) + 1 :]
            if following:
                end = self.skip_blank(end, following[0].start)
            else:
                start = self.skip_blank_back(start)
            self.edits.append((start, end, ""))

    def touch(self, one, other):
        """Is there nothing but blank lines, and the comment on the second, between two definitions?"""
        return not self.base.text[one.end : self.commented_start(other)].strip()

    def part_of_line(self, it):
        """A statement in a line with others, and the semicolon that parts it from them."""
        text = self.base.text
        after = self.base.rest_of_line(it.end)
        if after.lstrip().startswith(";"):
            end = it.end + after.index(";") + 1
            return self.text_start(it), end + len(text[end:]) - len(text[end:].lstrip(" \t"))
        return len(text[: it.start].rstrip("; \t")), it.end

    def text_start(self, it):
        """Where a definition begins, without the indentation of its line."""
        return it.end - len(self.base.text[it.start : it.end].lstrip(" \t\f"))

    def skip_blank(self, at, limit):
        text = self.base.text
        while at < limit and not text[at : self.base.line_end(at)].strip():
            at = self.base.line_end(at)
        return at

    def skip_blank_back(self, at):
        text = self.base.text
        while at > 0 and not text[self.base.line_start(at - 1) : at].strip():
            at = self.base.line_start(at - 1)
        return at

    def commented_start(self, it):
        """Where a definition begins, with the comment that stands directly above it."""
        return _commented_start(self.base, it)

    def inner_indent(self, base):
        if isinstance(base, ModuleCode):
            return ""
        first = base.body[0].start
        if self.base.starts_line(first):
            return self.base.indent_at(first)
        return self.base.indent_at(base.start) + (self.units[1] or "    ")

    def laid(self, it, indent, end=None):
        """The lines of a definition of the patch, with the comment above it, at another indentation."""
        source = self.patch
        if end is not None:
            start = it.start
        elif _has_own_line(it):
            start, end = _commented_start(source, it), source.line_end(it.end)
        else:
            start, end = it.start, it.end
        first_line = source.position(start)[0]
        lines = _lines(source, start, end)
        lines = reindented(lines, first_line, source.indent_at(start), indent, self.units, self.in_strings)
        text = with_newline("".join(lines), self.base.newline)
        return text if text.endswith(("\n", "\r")) else text + self.base.newline

    def header(self, old, new):
        text = self.laid(new, self.base.indent_at(old.start), _header_end(new))
        return text.rstrip() + self.base.newline

    def unfolded(self, base, patch, partner, gone):
        """A class whose body stands in its own line gets a line for each of its statements."""
        indent = self.inner_indent(base)
        texts = []
        for it in base.body:
            new = next((new for new, old in partner.items() if old is it), None)
            if it in gone:
                continue
            texts.append(indent + it.codestring.strip() + self.base.newline if new is None else self.laid(new, indent))
        texts += [self.laid(new, indent) for new, old in partner.items() if old is None]
        header = self.base.text[base.start : base.body[0].start].rstrip() + self.base.newline
        if isinstance(patch, ClassDefinition) and _header(base) != _header(patch):
            header = self.header(base, patch)
        body = "".join(texts) or f"{indent}pass{self.base.newline}"
        self.edits.append((base.start, self.base.line_end(base.end), header + body))


def _by_line(siblings):
    """Definitions in groups that share a line."""
    groups = []
    for it in siblings:
        if groups and it.source.line_start(it.start) <= groups[-1][-1].end - 1:
            groups[-1].append(it)
        else:
            groups.append([it])
    return groups


def _header_end(group):
    return _commented_start(group.source, group.body[0])


def _header(group):
    return plain(group.source.text[group.start : _header_end(group)]).strip()


def _lines(source, start, end):
    first, last = source.position(start)[0], source.position(max(start, end - 1))[0]
    lines = source.lines[first - 1 : last]
    tail = source.line_end(max(start, end - 1)) - end
    if tail > 0:
        lines[-1] = lines[-1][:-tail]
    lines[0] = lines[0][start - source.line_start(start) :]
    return lines


def _commented_start(source, it):
    at = it.start
    indent = source.indent_at(at)
    while at > 0 and source.starts_line(it.start):
        above = source.line_start(at - 1)
        line = source.text[above:at]
        if not line.startswith(indent + "#"):
            break
        # The first lines of a file may be its interpreter and its encoding.
        if source.position(above)[0] <= 2 and (line.startswith("#!") or "coding" in line):
            break
        at = above
    return at


def _with_rebindings(pairs):
    """A new statement that binds the names of one that is gone takes its place."""
    gone = {}
    for old, new in pairs:
        if new is None and (names := _bound(old)):
            gone.setdefault(names, []).append(old)
    result = []
    for old, new in pairs:
        if old is None and (waiting := gone.get(_bound(new))):
            old = waiting.pop(0)
        result.append((old, new))
    taken = {old for old, new in result if new is not None}
    return [(old, new) for old, new in result if new is not None or old not in taken]


def _bound(it):
    """The names that a plain assignment binds; ``None`` for anything else."""
    node = it.node
    if not isinstance(it, LineDefinition) or isinstance(it, HeaderDefinition):
        return None
    if isinstance(node, ast.Assign):
        targets = node.targets
    elif isinstance(node, ast.AnnAssign):
        targets = [node.target]
    else:
        return None
    names = [target.id for target in targets if isinstance(target, ast.Name)]
    return tuple(names) if len(names) == len(targets) else None


def _blank_lines(one, other, distance):
    is_apart = any(isinstance(it, (FunctionDefinition, ClassDefinition)) for it in (one, other))
    return distance if is_apart else 0


def _has_own_line(it):
    """Is nothing but a comment in the lines of a definition?"""
    after = it.source.rest_of_line(it.end).strip()
    return it.source.starts_line(it.start) and (not after or after.startswith("#"))


def _is_on_one_line(group):
    return not isinstance(group, ModuleCode) and not group.source.starts_line(group.body[0].start)


def _is_import(it):
    return isinstance(it.node, (ast.Import, ast.ImportFrom))


def _is_future(it):
    return isinstance(it.node, ast.ImportFrom) and it.node.module == "__future__"


def _is_docstring(it):
    node = it.node
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def _is_main_block(it):
    node = it.node
    return (
        isinstance(node, ast.If)
        and isinstance(node.test, ast.Compare)
        and isinstance(node.test.left, ast.Name)
        and node.test.left.id == "__name__"
    )
