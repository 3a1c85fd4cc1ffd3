log = []

try:
    import no_such_codec as codec
    found = log.append("found")
except ImportError:
    class Codec:
        def load(self):
            return "own codec"

    def load():
        return "own"

try:
    Group  # noqa
except NameError:
    class Group:
        members = 1

        def size(self):
            return self.members + 1
else:
    Group = 0

for number in range(3):
    def last():
        return "last"

    @staticmethod
    def first():
        return "first"

    names = ["last", "first"]
    if number > 5:
        late = number
