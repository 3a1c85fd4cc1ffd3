# One.
class Base:
    pass


try:
    class Part(Base):
        def size(self):
            return 1
finally:
    pass
