def make_counter():
    count = 0

    def step():
        nonlocal count
        count += 100
        return count

    return step
