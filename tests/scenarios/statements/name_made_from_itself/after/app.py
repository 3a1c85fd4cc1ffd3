calls = []


def compiled(rows):
    calls.append(len(rows))
    return [row.upper() for row in rows]


WORDS = {
    "root": ["select", "from", "where"],
}

SUFFIX = "."
WORDS = [word + SUFFIX for word in compiled(WORDS["root"])]
__all__ = ["compiled", "Lexer"]
__all__ += ["WORDS"]


class Lexer:
    keys = ("a", "c")
    keys = tuple(compiled(keys))
