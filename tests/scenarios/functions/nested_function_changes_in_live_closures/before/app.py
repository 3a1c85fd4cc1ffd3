def make_counter(start):
    count = start

    def step(by):
        nonlocal count
        count += by
        return count

    def peek():
        return f"old {count}"

    return step, peek
