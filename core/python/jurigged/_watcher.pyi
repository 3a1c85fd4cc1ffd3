from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from ._answers import Report

Hook = TypeVar("Hook", bound=Callable[[str], object])

class Hooks(list[Callable[[str], object]]):
    def register(self, function: Hook) -> Hook: ...
    def emit(self, *arguments: Any) -> None: ...

class Watcher:
    prerun: Hooks
    postrun: Hooks
    def __init__(
        self,
        pattern: str | Sequence[str] | Callable[[str], object],
        debounce: float | None = ...,
        poll: float | None = ...,
        verbose: bool = ...,
    ) -> None: ...
    def start(self) -> None: ...
    def stop(self) -> None: ...
    def join(self, timeout: float | None = ...) -> None: ...
    def refresh(self, path: str) -> Report: ...
