"""Loops at the top of a module, whose frame keeps its variables in a namespace that code can be run in."""

import ast
import weakref

from . import fragment
from .leave import can_leave, leave_loop
from .loop import Reader, tell_not_prepared
from .outcome import BREAK, NEXT, Turn
from .text import source_of
from .waiting import SKIP, Waiting, tell

# Which text a module's code, or a piece of it that runs here, was compiled from: a frame knows its line only. By identity:
# a code object whose constants are replaced has another hash.
_texts = {}


def remember_text(code, version):
    """This code was made of this text."""
    number = id(code)
    _texts[number] = (weakref.ref(code, lambda _: _texts.pop(number, None)), version)


def text_of(code):
    """What code was made of, if it is known."""
    found = _texts.get(id(code))
    return found[1] if found else None


def iterate(iterable, every, frame):
    """The iterator for the `for` statement that a frame is at."""
    loop = _loop_of(frame)
    if loop is None:
        tell_not_prepared(frame)
        return iter(iterable)
    if loop.node.orelse and not can_leave(text_of(frame.f_code), loop, frame.f_code):
        tell(
            "a loop with an `else` clause runs as it is, its body is not read again",
            frame.f_code.co_filename,
            loop.node.lineno,
            "`break` in a new body could not pass the clause by",
            "the body that the module was started with",
            "put the loop into a function, or a statement behind it and its body on lines of its own",
        )
        return iter(iterable)
    return ModuleLoop(iterable, every, frame, loop)


def _loop_of(frame):
    """The loop at module level that a frame is at the head of."""
    code = frame.f_code
    # Code with variables of its own (those of comprehensions) has a copy of its namespace, or a view on it, there.
    if code.co_name != "<module>" or not (frame.f_locals is frame.f_globals or code.co_nlocals):
        return None
    version = text_of(code)
    if version is None:
        try:
            version = source_of(code.co_filename).look()
        except (OSError, SyntaxError, ValueError):
            return None
        remember_text(code, version)
    return version.loop_at(frame.f_lineno, ())


class ModuleLoop:
    """Runs all iterations of a loop itself; the ``for`` statement of the file is left with none.

    That statement then goes on to its ``else`` clause, which is right when the loop was not left by ``break`` and the
    clause is still the one that was written. Otherwise it is led past it.
    """

    def __init__(self, iterable, every, frame, loop):
        self._iterator = iter(iterable)
        self._namespace = frame.f_globals
        source = source_of(frame.f_code.co_filename)
        self._reader = Reader(source, loop.key, every)
        self._waiting = Waiting(source)
        self._written = loop
        self._frame = frame
        self._pieces = {}

    def __iter__(self):
        return self

    def __next__(self):
        iterator, self._iterator = self._iterator, iter(())
        for item in iterator:
            if self._run("body", item) is BREAK:
                left = True
                break
        else:
            left = not self._else_is_as_written()
            if left or not self._written.node.orelse:
                self._run("orelse")
        frame, self._frame = self._frame, None
        if left and self._written.node.orelse and frame is not None:
            return leave_loop(frame, self._written, self._namespace)
        raise StopIteration

    def _else_is_as_written(self):
        now = self._reader.loop or self._written
        return [ast.dump(node) for node in now.node.orelse] == [ast.dump(node) for node in self._written.node.orelse]

    def _run(self, piece, *items):
        must_read = piece == "body" and self._reader.due()
        while True:
            try:
                code = self._piece(piece, must_read)
                if code is None:
                    return NEXT
                turn = Turn(*items) if piece == "body" else Turn(False, True)
                self._execute(code, turn)
                return turn.outcome
            except Exception as problem:
                path, line = self._reader.place
                self._waiting.show(problem, path, line)
                if self._waiting.until_saved() == SKIP:
                    return NEXT
                must_read = True

    def _execute(self, code, turn):
        name = "_jurigged_turn"
        outer = self._namespace.get(name)
        self._namespace[name] = turn
        try:
            exec(code, self._namespace)
        finally:
            # A loop inside of this one has its own turn meanwhile.
            if outer is None:
                self._namespace.pop(name, None)
            else:
                self._namespace[name] = outer

    def _piece(self, piece, must_read):
        if must_read and (self._reader.read() or not self._pieces):
            loop, version = self._reader.loop, self._reader.version
            self._pieces = {
                name: fragment.of_module(version, loop, name)
                for name in ("body", "orelse")
                if getattr(loop.node, name)
            }
            for code in self._pieces.values():
                remember_text(code, version)
        return self._pieces.get(piece)
