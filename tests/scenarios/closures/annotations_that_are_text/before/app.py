from __future__ import annotations


def maker(left, right):
    def proxy(self: Writer, obj: Iterable, times: int = len(left)) -> str:
        return left + str(obj) * times + right

    return proxy


brackets = maker("[", "]")
braces = maker("{", "}")
