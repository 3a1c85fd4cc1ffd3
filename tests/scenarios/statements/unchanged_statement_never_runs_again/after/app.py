import sys

counter = 0
cache = {}
added = len(items) if "items" in globals() else "nothing yet"
items = []
title = "new"


def visit(key):
    global counter
    counter += 1
    cache[key] = counter
    items.append(key)
    return title + "!"
