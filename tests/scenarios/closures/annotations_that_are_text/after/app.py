from __future__ import annotations


def maker(left, right):
    def proxy(
        self: Writer,
        obj: Iterable[Any],  # anything
        times: int = len(left),
    ) -> (bytes | str):
        return left + str(obj) * times + right

    return proxy


brackets = maker("[", "]")
braces = maker("{", "}")
