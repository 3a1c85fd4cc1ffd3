def outer():
    return 1


class Holder:
    class Nested:
        pass
