from collections.abc import Iterable
from typing import Any, Literal

from typing_extensions import Self

Kind = Literal["update", "add", "delete", "run", "rename", "move", "running", "watch"]

class Change:
    kind: Kind
    code: str | None
    module: str
    name: str
    to: str | None
    file: str | None
    line: int | None
    text: str | None
    event: str
    def __init__(
        self,
        kind: Kind,
        event: str,
        module: str = ...,
        name: str = ...,
        to: str | None = ...,
        file: str | None = ...,
        line: int | None = ...,
        text: str | None = ...,
        code: str | None = ...,
    ) -> None: ...

class Diagnostic:
    severity: Literal["error", "warning", "notice"]
    code: str
    message: str
    details: list[str]
    file: str | None
    line: int | None
    running_now: str | None
    help: str | None
    def __init__(
        self,
        severity: Literal["error", "warning", "notice"],
        code: str,
        message: str,
        details: Iterable[str] = ...,
        place: dict[str, Any] | None = ...,
        running_now: str | None = ...,
        help: str | None = ...,
        **_: object,
    ) -> None: ...

class ChangeSet(list[Change]):
    diagnostics: list[Diagnostic]
    revision: int
    files: list[str]
    modules: list[str]
    undone: bool
    seconds: float
    text: str
    def __init__(
        self,
        changes: Iterable[Change] = ...,
        diagnostics: Iterable[Diagnostic] = ...,
        revision: int = ...,
        files: Iterable[str] = ...,
        modules: Iterable[str] = ...,
        undone: bool = ...,
        seconds: float = ...,
        text: str = ...,
    ) -> None: ...
    @property
    def errors(self) -> list[Diagnostic]: ...
    @property
    def ok(self) -> bool: ...
    @classmethod
    def of(cls, answer: str) -> Self: ...

class Report(ChangeSet): ...

class Plan(list[Change]):
    diagnostics: list[Diagnostic]
    modules: list[str]
    text: str
    def __init__(
        self,
        changes: Iterable[Change] = ...,
        diagnostics: Iterable[Diagnostic] = ...,
        modules: Iterable[str] = ...,
        text: str = ...,
    ) -> None: ...
    @classmethod
    def of(cls, answer: str) -> Self: ...

class AppliedBatch:
    revision: int
    time: float
    files: list[str]
    events: list[str]
    def __init__(self, revision: int, time: float, files: list[str], events: list[str]) -> None: ...

def history_of(answer: str) -> list[AppliedBatch]: ...
