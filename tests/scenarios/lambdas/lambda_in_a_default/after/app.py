def sort(items, key=lambda item: -item):
    return sorted(items, key=key)


def later(callback=lambda: "new"):
    def run():
        return callback()

    return run
