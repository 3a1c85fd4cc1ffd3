import contextlib


@contextlib.contextmanager
def tag(name):
    yield f"[{name}]"


class Page:
    @contextlib.contextmanager
    def section(self):
        yield "new section"
