class Base:
    pass


class Around:
    limit = 1

    class Whole:
        try:
            class Part(Base):
                def size(self):
                    return 1
        finally:
            pass

        def first(self):
            return [self.limit for _ in range(3)]
