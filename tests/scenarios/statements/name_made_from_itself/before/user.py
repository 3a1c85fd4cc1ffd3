from app import WORDS


def count():
    return len(WORDS)
