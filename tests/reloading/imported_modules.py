"""Loops in modules that a program imports, however they get at ``reloading``; decorators, blocks and classes around them."""

import os
import sys

import jurigged
from editing import edit, save

sys.path.insert(0, os.getcwd())
TRAIN = '''
import contextlib
import functools

from jurigged import reloading

LIMIT = 4


def logged(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        return "logged", function(*args, **kwargs)

    return wrapper


class Trainer:
    def __init__(self, edit):
        self.edit = edit
        self.seen = []

    @logged
    def train(self, *, start=0):
        with contextlib.suppress(KeyError):
            for epoch in reloading(range(start, LIMIT)):
                if epoch == start:
                    self.edit()
                self.seen.append(epoch)
        return self.seen

    if True:

        def evaluate(self):
            try:
                for epoch in reloading(range(LIMIT)):
                    if epoch == 0:
                        self.edit()
                    # here
            finally:
                self.seen.append("finally")
            return self.seen
'''
save("train.py", TRAIN)

import train  # noqa: E402

path = train.__file__
trainer = train.Trainer(lambda: edit("self.seen.append(epoch)", "self.seen.append(-epoch)", path))
assert trainer.train(start=1) == ("logged", [1, -2, -3])
trainer = train.Trainer(lambda: edit("# here", "if epoch == 2: return epoch", path))
assert trainer.evaluate() == 2 and trainer.seen == ["finally"]

# The annotations of the file are texts, in what is read again as well.
save("later.py", "from __future__ import annotations\n" + '''
from jurigged import reloading


def made(edit):
    functions = []
    for i in reloading(range(2)):
        if i == 0:
            edit()
        # here
    return functions
''')

import later  # noqa: E402

NEW = "def f(a: Missing): pass\n        functions.append(f)"
(function,) = later.made(lambda: edit("# here", NEW, later.__file__))
assert function.__annotations__ == {"a": "Missing"}


def by_attribute():
    found = []
    for i in jurigged.reloading(range(3)):
        if i == 0:
            edit("found.append(i)", "found.append(i * 10)")
        found.append(i)
    return found


assert by_attribute() == [0, 10, 20]

if __name__ == "__main__":

    def main():
        found = []
        for i in jurigged.reloading(range(3)):
            if i == 0:
                edit("found += [i]", "found += [i * 10]")
            found += [i]
        return found

    assert main() == [0, 10, 20]

# A file with another encoding and other line ends.
with open("latin.py", "wb") as file:
    file.write(
        "# coding: latin-1\r\nfrom jurigged import reloading\r\ndef f(edit):\r\n    for i in reloading(range(3)):\r\n"
        "        if i == 0: edit()\r\n        last = 'ä'\r\n    return last\r\n".encode("latin-1")
    )

import latin  # noqa: E402


def edit_latin():
    with open("latin.py", "rb") as file:
        data = file.read()
    with open("latin.py", "wb") as file:
        file.write(data.replace(b"\xe4", b"\xf6"))


assert latin.f(edit_latin) == "ö"
print("ok")
