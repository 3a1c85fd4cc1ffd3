def make():
    class Made:
        line = 2

        def method(self):
            return super().__repr__()

    return Made


class Holder:
    def make(self):
        class Made:
            pass

        return Made


if len("ab") == 2:
    def make_in_a_block():
        class Made:
            pass

        return Made
