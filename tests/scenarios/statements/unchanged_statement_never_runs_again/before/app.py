counter = 0
cache = {}
items = []
title = "old"


def visit(key):
    global counter
    counter += 1
    cache[key] = counter
    items.append(key)
    return title
