class Base:
    pass


try:
    class Part:
        def size(self):
            return 1
finally:
    pass
