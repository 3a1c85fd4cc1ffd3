from typing import Protocol, runtime_checkable


@runtime_checkable
class Reads(Protocol):
    def read(self): ...

    def close(self): ...


@runtime_checkable
class ReadsMore(Reads, Protocol):
    def more(self): ...


class File:
    def read(self):
        return "text"

    def more(self):
        return "more"
