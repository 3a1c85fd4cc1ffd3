"""Loops that read their body again."""

import sys

from . import fragment
from .outcome import BREAK, CONTINUE, NEXT, Turn
from .scopes import first_argument
from .text import source_of
from .waiting import SKIP, Waiting, tell


class Reloading:
    """What ``reloading(iterable)`` returns; to be the iterable of a ``for`` statement."""

    def __init__(self, iterable, every):
        self._iterable = iterable
        self._every = every
        self._plain = False

    def __iter__(self):
        if self._plain:
            return iter(self._iterable)
        from .module_loop import iterate

        return iterate(self._iterable, self._every, sys._getframe(1))

    def __aiter__(self):
        if not self._plain:
            frame = sys._getframe(1)
            tell_not_prepared(frame)
        return self._iterable.__aiter__()


def tell_not_prepared(frame):
    """Says why the body of a loop in a function is not read again."""
    tell(
        f"the loop in `{frame.f_code.co_name}` runs as it is, its body is not read again",
        frame.f_code.co_filename,
        frame.f_lineno,
        "the function was made before jurigged could prepare it, or `reloading(...)` does not stand behind `in` of a `for` statement",
        "the body that the function was made with",
        "write `for ... in reloading(...)`, and `from jurigged import reloading` at the head of the file",
    )


def enter(holder, cells, key, kind):
    """The loop that is to run; ``None`` if it is not ours, and runs as it is written."""
    found = holder[0]
    if type(found) is not Reloading:
        return None
    path = cells.__code__.co_filename
    source = source_of(path)
    try:
        source.look()
    except OSError as problem:
        tell(
            "the body of a loop is not read again",
            path,
            cells.__code__.co_firstlineno,
            f"its file cannot be read: {problem}",
            "the body that the function was made with",
            "run the loop from a file",
        )
        found._plain = True
        return None
    except (SyntaxError, ValueError):
        # Shown, and waited for, at the first iteration.
        pass
    holder.pop()
    shared = dict(zip(cells.__code__.co_freevars, cells.__closure__ or ()))
    return RunningLoop(found, source, key, kind, shared, cells.__globals__)


class Reader:
    """Finds the body of one loop in its file again and again."""

    def __init__(self, source, key, every):
        self._source = source
        self._key = key
        self._every = every
        self._turns = 0
        self._told = set()
        #: The loop in the text that was read last; and that text.
        self.loop = self.version = None

    @property
    def place(self):
        """File and line of the loop, as far as they are known."""
        return self._source.path, self.loop.node.lineno if self.loop else None

    def due(self):
        """Counts an iteration: shall the file be read before it?"""
        self._turns += 1
        return (self._turns - 1) % self._every == 0 or self.loop is None

    @property
    def turns(self):
        """How many iterations there have been."""
        return self._turns

    def read(self):
        """Looks at the file; returns whether the loop is another one now. Raises what is wrong with the text."""
        version = self._source.look()
        if version is self.version:
            return False
        loop = version.find(self._key)
        if loop is None:
            if self.loop is None:
                raise LookupError("the loop is not in the file")
            self.version = version
            self._tell_once(
                "the loop is not in the file any more",
                "the body that was read last",
                "restart the program; to find it again, leave the line with `reloading` as it was",
            )
            return False
        if loop.header != self._key[2]:
            self._key = loop.key + self._key[3:]
            if self.loop is not None:
                self._tell_once(
                    "the loop goes over what it was started with",
                    "the new body, and the old iterable",
                    "restart the program to use what stands behind `in` now",
                    loop.node.lineno,
                )
        self.version, self.loop = version, loop
        return True

    def _tell_once(self, what, now, help_, line=None):
        told = (what, self.version)
        if told not in self._told:
            self._told.add(told)
            tell(what, self._source.path, line or self.place[1], None, now, help_, warning=True)


class RunningLoop:
    """A loop of a function that runs: hands out the items, and runs the body that is in the file."""

    NEXT, BREAK, CONTINUE = NEXT, BREAK, CONTINUE

    def __init__(self, found, source, key, kind, cells, namespace):
        self._iterator = None
        self._iterable = found._iterable
        self._reader = Reader(source, key[:3], found._every)
        self._is_nested = key[3]
        self._kind = kind
        self._cells = cells
        self._first = None
        self._namespace = namespace
        self._pieces = {}
        self._item = None
        self._waiting = Waiting(source)

    # What the prepared function calls ---------------------------------------------------------------------------------

    def more(self):
        """Takes the next item."""
        if self._iterator is None:
            self._iterator, self._iterable = iter(self._iterable), None
        try:
            self._item = next(self._iterator)
        except StopIteration:
            self._iterator = None
            return False
        return True

    async def more_async(self):
        """Takes the next item of an ``async for``."""
        if self._iterator is None:
            self._iterator, self._iterable = self._iterable.__aiter__(), None
        try:
            self._item = await self._iterator.__anext__()
        except StopAsyncIteration:
            self._iterator = None
            return False
        return True

    def run(self, piece):
        """Runs the body for the item that was taken, or the ``else`` clause; returns an outcome, or what it returned."""
        must_read = self._begin(piece)
        while True:
            try:
                code = self._piece(piece, must_read)
                return self._ended(piece, NEXT if code is None else code(self._self(), self._turn(piece)))
            except Exception as problem:
                self._show(problem)
                if self._waiting.until_saved() == SKIP:
                    return NEXT
                must_read = True
            except BaseException:
                self._drop()
                raise

    async def run_coroutine(self, piece):
        """Like `run`, in a coroutine; other tasks go on while it waits for a fix."""
        must_read = self._begin(piece)
        while True:
            try:
                code = self._piece(piece, must_read)
                return self._ended(piece, NEXT if code is None else await code(self._self(), self._turn(piece)))
            except Exception as problem:
                self._show(problem)
            except BaseException:
                self._drop()
                raise
            if await self._waiting.until_saved_async() == SKIP:
                return NEXT
            must_read = True

    def run_generator(self, piece):
        """Like `run`, in a generator. What its consumer throws in is not an error of the body."""
        must_read = self._begin(piece)
        while True:
            thrown = sent = None
            try:
                code = self._piece(piece, must_read)
                if code is None:
                    return NEXT
                running = code(self._self(), self._turn(piece))
                while True:
                    value = running.send(sent) if thrown is None else running.throw(thrown)
                    thrown = sent = None
                    try:
                        sent = yield value
                    except GeneratorExit:
                        running.close()
                        raise
                    except BaseException as error:
                        thrown = error
            except StopIteration as stop:
                return self._ended(piece, stop.value)
            except Exception as problem:
                if problem is thrown:
                    self._drop()
                    raise
                self._show(problem)
                if self._waiting.until_saved() == SKIP:
                    return NEXT
                must_read = True
            except BaseException:
                self._drop()
                raise

    def forward(self, piece):
        """Like `run`, for an async generator, which yields what the returned object says."""
        return Forward(self, piece)

    # ------------------------------------------------------------------------------------------------------------------

    def _begin(self, piece):
        # A loop without an iteration has read nothing before it comes to its `else`.
        return self._reader.due() if piece == "body" else not self._pieces

    def _piece(self, piece, must_read):
        """The code of a piece; ``None`` where there is none. Raises what is wrong with the text."""
        if must_read and (self._reader.read() or not self._pieces):
            self._compile()
        return self._pieces.get(piece)

    def _compile(self):
        loop, version = self._reader.loop, self._reader.version
        pieces = {}
        try:
            for name in ("body", "orelse"):
                if getattr(loop.node, name):
                    pieces[name] = fragment.of_function(
                        version, loop, name, self._cells, self._namespace, self._kind
                    )
        except fragment.CannotShare as problem:
            if not self._pieces:
                raise
            path, line = self._reader.place
            tell(
                f"the loop in `{loop.function.name}` keeps its old body",
                path,
                line,
                str(problem),
                "the body that was read before",
                "take that back, or restart the program; the next call of the function has it",
            )
            return
        self._first = first_argument(loop.function)
        self._pieces = pieces

    def _self(self):
        """What ``super()`` takes to be the first argument."""
        try:
            return self._cells[self._first].cell_contents
        except (KeyError, ValueError):
            return None

    def _turn(self, piece):
        return Turn(self._item) if piece == "body" else Turn(False, True)

    def _ended(self, piece, outcome):
        if outcome is NEXT:
            return outcome
        self._drop()
        if piece == "orelse" and not self._is_nested and outcome in (BREAK, CONTINUE):
            # The running call has no loop around it that this could mean.
            path, line = self._reader.place
            tell(
                "the `else` clause leaves a loop that was not there when the call began",
                path,
                line,
                None,
                "what follows the loop",
                "restart the program",
            )
            return NEXT
        return outcome

    def _drop(self):
        """The iterator goes when the loop is left, as that of any loop does."""
        self._iterator = self._item = None

    def _show(self, problem):
        path, line = self._reader.place
        self._waiting.show(problem, path, line)


class Forward:
    """The body of a loop in an async generator: one step of it for every value that the loop's function yields."""

    def __init__(self, loop, piece):
        self._loop = loop
        self._piece = piece
        self._must_read = loop._begin(piece)
        self._running = self._turn = self._thrown = None
        #: What the consumer has sent, and what is to be yielded.
        self.sent = self.value = None
        #: How the piece ended. ``None``: it returned.
        self.outcome = NEXT

    def caught(self):
        """Takes what the consumer has thrown in."""
        self._thrown = sys.exc_info()[1]

    async def step(self):
        """Runs on to the next ``yield``; returns False at the end."""
        loop = self._loop
        while True:
            thrown, sent = self._thrown, self.sent
            self._thrown = self.sent = None
            try:
                if self._running is None:
                    code = loop._piece(self._piece, self._must_read)
                    if code is None:
                        return False
                    self._turn = loop._turn(self._piece)
                    self._running = code(loop._self(), self._turn)
                if isinstance(thrown, GeneratorExit):
                    await self._running.aclose()
                    raise thrown
                if thrown is not None:
                    self.value = await self._running.athrow(thrown)
                else:
                    self.value = await self._running.asend(sent)
                return True
            except StopAsyncIteration:
                self.outcome = loop._ended(self._piece, self._turn.outcome)
                return False
            except Exception as problem:
                if problem is thrown:
                    loop._drop()
                    raise
                loop._show(problem)
                self._running, self._must_read = None, True
            except BaseException:
                loop._drop()
                raise
            if await loop._waiting.until_saved_async() == SKIP:
                return False
