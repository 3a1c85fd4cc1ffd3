log = []

try:
    import json as codec
    found = log.append("found")
except ImportError:
    class Codec:
        def load(self):
            return "own codec 2"

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
    Group = 1

for number in range(4):
    def last():
        return "last 2"

    @staticmethod
    def first():
        return "first"

    names = ["last", "first"]
    if number > 2:
        late = number
