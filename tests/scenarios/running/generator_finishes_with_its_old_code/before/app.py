def numbers():
    yield "old 1"
    yield "old 2"
    yield "old 3"
