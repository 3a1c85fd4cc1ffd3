def numbers():
    yield "new 1"
    yield "new 2"
    yield "new 3"
