import sys


def described(value, mark="."):
    words = str(value)
    words += mark
    return words + " new"


def short(value):
    return "new short"


def loaded(name):
    found = "always " + name
    return found


CALLS = {"described": described, "loaded": loaded}
