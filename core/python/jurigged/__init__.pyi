from collections.abc import Iterable, Sequence
from typing import Any

__version__: str

class Status(list[dict[str, Any]]):
    text: str
    def __init__(self, entries: Iterable[dict[str, Any]] = ..., text: str = ...) -> None: ...

class Watcher:
    def stop(self) -> None: ...

def watch(
    pattern: str | Sequence[str] = ...,
    debounce: float | None = ...,
    poll: float | None = ...,
    verbose: bool = ...,
) -> Watcher: ...
def status() -> Status: ...
