calls = []


def compiled(rows):
    calls.append(len(rows))
    return [row.upper() for row in rows]


WORDS = {
    "root": ["select", "from"],
}

SUFFIX = "."
WORDS = [word + SUFFIX for word in compiled(WORDS["root"])]
__all__ = ["compiled"]
__all__ += ["WORDS"]


class Lexer:
    keys = ("a", "b")
    keys = tuple(compiled(keys))
