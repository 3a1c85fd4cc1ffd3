from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from .codetools import CodeFile
from .register import Registry
from .utils import EventSource, _Filter

DEFAULT_DEBOUNCE: float
_Logger = Callable[[Any], object]
_Pattern = str | _Filter | Sequence[str | _Filter]

@dataclass
class WatchOperation:
    filename: str

class Watcher:
    registry: Registry
    debounce: float | None
    poll: float | bool | None
    prerun: EventSource
    postrun: EventSource
    def __init__(
        self,
        registry: Registry,
        debounce: float | None = ...,
        poll: float | bool | None = ...,
        *,
        filter: _Filter | None = ...,
    ) -> None: ...
    def on_prepare(self, module_name: str, filename: str) -> None: ...
    def start(self) -> None: ...
    def stop(self) -> None: ...
    def is_alive(self) -> bool: ...
    @property
    def observer(self) -> Watcher: ...
    def join(self) -> None: ...
    def refresh(self, path: str) -> None: ...

def default_logger(event: object) -> None: ...
def conservative_logger(event: object) -> None: ...
def to_filter(pattern: _Pattern) -> _Filter: ...
def watch(
    pattern: _Pattern = ...,
    logger: _Logger | None = ...,
    registry: Registry = ...,
    autostart: bool = ...,
    debounce: float | None = ...,
    poll: float | bool | None = ...,
) -> Watcher: ...
def cli() -> None: ...
