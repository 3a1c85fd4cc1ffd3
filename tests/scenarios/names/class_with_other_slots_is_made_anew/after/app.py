class Cache:
    class Link:
        __slots__ = ("key", "expires", "next")

        def __init__(self, key=None, expires=None):
            self.key = key
            self.expires = expires

        def unlink(self):
            self.next = None
            return self.key, self.expires

    def link(self):
        return Cache.Link("key", 2)
