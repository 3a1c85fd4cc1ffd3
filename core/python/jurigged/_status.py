"""The answer of ``jurigged.status()``; the same on both runtimes."""


class Status(list):
    """What of this process is not what its files say: a list of dicts. As text, for people.

    Each has ``state`` (refused, listed, pending, orphaned, ignored), ``since`` (seconds since the epoch), ``code``,
    ``message``, ``details``, and where they are known ``place`` (``path``, ``line``), ``running_now`` and ``help``.
    """

    def __init__(self, entries=(), text=""):
        super().__init__(entries)
        self.text = text

    def __repr__(self):
        return self.text.rstrip()

    __str__ = __repr__


def status_of(answer):
    """The status that the engine gives as JSON."""
    import json

    found = json.loads(answer)
    return Status(found["entries"], found["text"])
