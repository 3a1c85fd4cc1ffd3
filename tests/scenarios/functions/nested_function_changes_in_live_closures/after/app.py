def make_counter(start):
    count = start

    def step(by):
        nonlocal count
        count += by * 10
        return count

    def peek():
        return f"new {count}"

    return step, peek
