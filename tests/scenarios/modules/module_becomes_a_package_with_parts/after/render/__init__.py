from .html import tag

count = 0


def plain(text):
    return f"flat {text}"
