TAGS = "|".join(["a", "b"])
END = ">"


class Parser:
    BLOCK = r"<" + TAGS + END

    RULES = {
        "block": BLOCK,
        "line": "^",
    }
