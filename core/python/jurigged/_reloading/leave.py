"""Leaving a ``for`` statement at module level from inside its iterator, past its ``else`` clause.

An iterator can only end, which makes the statement run that clause. So it hands out one more item, and as soon as the
frame reaches the first line of the (old) body, that line is set to the one after the statement, as a debugger's ``jump``
does. The item is made of what the targets hold, so nothing is assigned that was not there.
"""

import ast
import dis
import sys
import warnings


# The targets whose value can be taken from them and assigned again.
_HELD = (ast.Name, ast.Tuple, ast.List, ast.Starred, ast.expr_context)


def can_leave(version, loop, code):
    """Is there a line to go to, a line to go from, and nothing that assigning the item anew would disturb?"""
    node = loop.node
    header_end = max(node.iter.end_lineno, node.target.end_lineno)
    # What follows a clause that always leaves, and a loop without `break`, is not compiled at all.
    lines = {line for _, line in dis.findlinestarts(code)} - {None}
    return (
        _line_after(version, node) in lines
        and node.body[0].lineno > header_end
        and all(isinstance(part, _HELD) for part in ast.walk(node.target))
    )


def _line_after(version, node):
    """The line of the statement that follows in the same block."""
    for block in ast.walk(version.tree):
        for name in ("body", "orelse", "finalbody"):
            statements = getattr(block, name, None)
            if isinstance(statements, list) and node in statements[:-1]:
                return statements[statements.index(node) + 1].lineno
    return None


def leave_loop(frame, loop, namespace):
    """Sees to it that the frame leaves the loop; returns the item to hand out."""
    target = loop.node.target
    missing = [part.id for part in ast.walk(target) if isinstance(part, ast.Name) and part.id not in namespace]
    item = _held(target, namespace)
    from .module_loop import text_of

    line = _line_after(text_of(frame.f_code), loop.node)
    warned = warnings.catch_warnings()
    tracing, frame_tracing = sys.gettrace(), frame.f_trace

    def jump(traced, event, argument):
        if event != "line" or traced.f_lineno < loop.node.body[0].lineno:
            return jump
        for name in missing:
            del namespace[name]
        warned.__enter__()
        # 3.12 tells that the variables of comprehensions, which it keeps in the frame, are unbound: when the line is set,
        # and after this function.
        warnings.simplefilter("ignore", RuntimeWarning)
        traced.f_lineno = line
        return landed

    def landed(traced, event, argument):
        warned.__exit__(None, None, None)
        sys.settrace(tracing)
        traced.f_trace = frame_tracing
        return None

    frame.f_trace = jump
    sys.settrace(lambda *_: None)
    return item


def _held(target, namespace):
    """The value that assigning to a target would leave as it is."""
    if isinstance(target, ast.Name):
        return namespace.get(target.id)
    values = []
    for part in target.elts:
        if isinstance(part, ast.Starred):
            values.extend(_held(part.value, namespace) or ())
        else:
            values.append(_held(part, namespace))
    return values
