from collections.abc import Sequence

__version__: str

class Watcher:
    def stop(self) -> None: ...

def watch(
    pattern: str | Sequence[str] = ...,
    debounce: float | None = ...,
    poll: float | None = ...,
    verbose: bool = ...,
) -> Watcher: ...
