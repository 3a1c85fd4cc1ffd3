class Shelf:
    def total(self):
        return 2


for _ in range(1):
    class Rack(Shelf):
        pass
