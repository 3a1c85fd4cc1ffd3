FAST = True

if FAST:

    def work(items):
        found = 0
        for item in items:
            found += item
        return found


if not FAST:

    def rest(items):
        found = 1
        for item in items:
            found -= item
        return found
