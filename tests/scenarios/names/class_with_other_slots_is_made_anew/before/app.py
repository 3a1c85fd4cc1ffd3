class Link:
    __slots__ = ("key", "expire", "next")

    def __init__(self, key=None, expire=None):
        self.key = key
        self.expire = expire

    def unlink(self):
        self.next = None
        return self.key, self.expire


class Cache:
    def link(self):
        return Link("key", 1)
