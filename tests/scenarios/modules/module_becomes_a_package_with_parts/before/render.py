count = 0


def plain(text):
    return f"plain {text}"
