"""Compiling a syntax tree so that the code has the lines of the file."""

import ast

# `place_lines(code, lines)` of a runtime whose compiler takes no lines from a tree: it gives each line of code that nothing
# runs yet the one in the list.
_place_lines = None

_PARTS = (ast.stmt, ast.ExceptHandler) + ((ast.match_case,) if hasattr(ast, "match_case") else ())


def place_lines_with(function):
    """The runtime needs help with lines."""
    global _place_lines
    _place_lines = function


def compile_tree(tree, path, flags=0):
    """The code of a module."""
    ast.fix_missing_locations(tree)
    if _place_lines is None:
        return compile(tree, path, "exec", flags, True)
    text = ast.unparse(tree)
    code = compile(text, path, "exec", flags, True)
    lines = [1] * (text.count("\n") + 2)
    _pair(ast.parse(text), tree, lines)
    # A statement of several lines begins at the first.
    for index in range(1, len(lines)):
        if lines[index] == 1:
            lines[index] = lines[index - 1]
    _place_lines(code, lines)
    return code


def _pair(written, meant, lines):
    """Notes for each statement as it is written which line is meant."""
    for new, old in zip(_parts(written), _parts(meant)):
        if hasattr(new, "lineno"):
            lines[new.lineno - 1] = old.lineno
        for decorator, original in zip(getattr(new, "decorator_list", ()), getattr(old, "decorator_list", ())):
            lines[decorator.lineno - 1] = original.lineno
        _pair(new, old, lines)


def _parts(node):
    return [child for child in ast.iter_child_nodes(node) if isinstance(child, _PARTS)]
