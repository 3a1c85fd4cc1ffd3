def maker(start):
    count = start

    def advance(by=1):
        nonlocal count
        count += by * 10
        names = sorted(name for name in ("b", "a"))
        return count, names

    return advance
