"""How an iteration ended."""


class Outcome:
    """One of the ways in which a piece of a loop ends that is not ``return``."""

    def __init__(self, name):
        self._name = name

    def __repr__(self):
        return f"<{self._name}>"


#: It ran to its end, or reached ``continue`` in a body.
NEXT = Outcome("next iteration")
#: ``break``.
BREAK = Outcome("break")
#: ``continue`` of the loop around, in an ``else`` clause.
CONTINUE = Outcome("continue")


class Turn:
    """What the code of one iteration gets: an iterable of the one item, and a place for what it ends with.

    The body stands in a ``for`` statement over a turn, so that its own ``break`` and ``continue`` mean what they say: a
    body that ends, or continues, reaches the ``else`` of that statement.
    """

    NEXT, BREAK, CONTINUE = NEXT, BREAK, CONTINUE

    def __init__(self, *items):
        self._items = list(items)
        #: Where code cannot return a value. ``None``: it returned.
        self.outcome = None

    def __iter__(self):
        return self

    def __next__(self):
        if self._items:
            return self._items.pop(0)
        raise StopIteration
