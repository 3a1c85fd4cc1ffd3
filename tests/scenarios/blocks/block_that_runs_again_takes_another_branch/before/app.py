log = []

try:
    import json as codec
    found = log.append("found")
except ImportError:
    class Codec:
        def load(self):
            return "own codec"

    def load():
        return "own"

try:
    Group
except NameError:
    class Group:
        members = 1

        def size(self):
            return self.members
else:
    Group = None

for number in range(2):
    def last():
        return "last"

    @staticmethod
    def first():
        return "first"

    names = ["last", "first"]
    if number >= 0:
        late = number
