"""The text of a Python file, exactly as it is: its encoding, its line endings, its indentation.

Positions that :mod:`ast` gives count bytes of UTF-8 in lines; here they become offsets in the text. A line ends at
``\\n``, ``\\r\\n`` and ``\\r`` and nowhere else, as in Python.
"""

import ast
import bisect
import codecs
import io
import re
import tokenize

_LINES = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
#: RustPython counts columns in the encoding that a comment names, though the text is decoded already.
_COOKIE = re.compile(r"\A((?:[^\r\n]*(?:\r\n|\r|\n))?[ \t\f]*#[^\r\n]*?)coding(?=[:=])")
_NEWLINE = re.compile(r"\r\n|\r|\n")
_BLANK = re.compile(r"[ \t\f]*")


class Source:
    """A text with its lines and its syntax tree."""

    def __init__(self, text, filename="<unknown>"):
        self.text = text
        #: Parsing may raise ``SyntaxError``.
        self.tree = ast.parse(_COOKIE.sub(r"\1c-ding", text), filename)
        self.lines = _LINES.findall(text)
        self._starts = [0]
        for line in self.lines:
            self._starts.append(self._starts[-1] + len(line))

    def offset(self, lineno, column):
        """The offset of a position of :mod:`ast`: a line from 1, a column in bytes."""
        if lineno > len(self.lines):
            return len(self.text)
        line = self.lines[lineno - 1]
        if column and not line.isascii():
            column = len(line.encode("utf-8")[:column].decode("utf-8"))
        return self._starts[lineno - 1] + column

    def position(self, offset):
        """The line, from 1, and the column, from 0, of an offset."""
        row = max(0, bisect.bisect_right(self._starts, offset, 0, max(1, len(self.lines))) - 1)
        return row + 1, offset - self._starts[row]

    def line_start(self, offset):
        """Where the line of an offset begins."""
        return self._starts[self.position(offset)[0] - 1]

    def line_end(self, offset):
        """Where the line of an offset ends, its line ending included."""
        return self._starts[min(self.position(offset)[0], len(self.lines))]

    def indent_at(self, offset):
        """The white space at the beginning of the line of an offset."""
        return _BLANK.match(self.text, self.line_start(offset)).group()

    def starts_line(self, offset):
        """Is there only white space before an offset in its line?"""
        return not self.text[self.line_start(offset) : offset].strip()

    def rest_of_line(self, offset):
        """What follows in the line of an offset, without its line ending."""
        return self.text[offset : self.line_end(offset)].rstrip("\r\n")

    @property
    def newline(self):
        """The line ending of the first line that has one."""
        found = _NEWLINE.search(self.text)
        return found.group() if found else "\n"


def plain(text):
    """A text with ``\\n`` for every line ending."""
    return _NEWLINE.sub("\n", text)


def with_newline(text, newline):
    """A text with another line ending."""
    return _NEWLINE.sub(newline, text)


def lines_in_strings(node):
    """The lines, from 1, that begin inside of a string: they must not be indented."""
    inside = set()
    for child in ast.walk(node):
        is_string = isinstance(child, ast.JoinedStr) or (
            isinstance(child, ast.Constant) and isinstance(child.value, (str, bytes))
        )
        if is_string and child.end_lineno is not None:
            inside.update(range(child.lineno + 1, child.end_lineno + 1))
    return inside


def indent_unit(source):
    """By what the first block of a text that has one is indented; ``None`` without any."""
    for node in ast.walk(source.tree):
        body = getattr(node, "body", None)
        if not isinstance(body, list) or not body or not hasattr(node, "lineno"):
            continue
        start = source.offset(body[0].lineno, body[0].col_offset)
        if not source.starts_line(start):
            continue
        outer = source.indent_at(source.offset(node.lineno, 0))
        inner = source.indent_at(start)
        if inner.startswith(outer) and len(inner) > len(outer):
            return inner[len(outer) :]
    return None


def reindented(lines, first_line, old, new, units, inside):
    """Lines of one text at the indentation of another.

    ``old`` and ``new`` are the indentations of the first line here and there, ``units`` what a block is indented by here
    and there, ``inside`` the lines that begin in a string.
    """
    here, there = units
    result = []
    for number, line in enumerate(lines, first_line):
        if number in inside or not line.strip():
            result.append(line if number in inside else line.lstrip(" \t\f"))
            continue
        body = line.lstrip(" \t")
        deeper = line[: len(line) - len(body)]
        deeper = deeper[len(old) :] if deeper.startswith(old) else ""
        if here and there and here != there:
            count = 0
            while deeper.startswith(here):
                deeper = deeper[len(here) :]
                count += 1
            deeper = there * count + deeper
        result.append(new + deeper + body)
    return result


def decoded(data):
    """The text of a file, the name of its codec, and its byte order mark, as Python reads them (PEP 263)."""
    encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
    mark = codecs.BOM_UTF8 if data.startswith(codecs.BOM_UTF8) else b""
    encoding = "utf-8" if encoding == "utf-8-sig" else encoding
    return data[len(mark) :].decode(encoding), encoding, mark


def read(filename):
    """The bytes of a file, and what :func:`decoded` makes of them."""
    with open(filename, "rb") as file:
        data = file.read()
    return (data, *decoded(data))
