"""What the checks of this folder share: saving a file in each of the ways of editors, and waiting without a guess."""

import os
import time

import jurigged


def save(name, text, how="in place"):
    """Saves a file, whole, before it returns."""
    if how == "rename":
        with open(name + ".new", "w") as file:
            file.write(text)
        os.replace(name + ".new", name)
    else:
        with open(name, "w") as file:
            file.write(text)


def wait(condition, what="a condition"):
    """Waits for what another thread does."""
    end = time.monotonic() + 45
    while not condition():
        assert time.monotonic() < end, f"waited in vain for {what}\n{jurigged.status()}"
        time.sleep(0.002)


def module(name, text):
    """Saves and imports a module."""
    save(name + ".py", text)
    return __import__(name)
