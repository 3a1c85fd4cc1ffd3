def maker(start):
    count = start

    def step(by=1):
        nonlocal count
        count += by
        names = sorted(name for name in ("b", "a"))
        return count, names

    return step
