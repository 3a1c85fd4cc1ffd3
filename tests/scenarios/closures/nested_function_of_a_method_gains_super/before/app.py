class Base:
    def price(self):
        return 10


class Shop(Base):
    def counter(self):
        count = 0

        def step():
            nonlocal count
            count += 1
            return count

        return step

    def local(self):
        class Inner(Base):
            def price(self):
                return 1

            def twice(self):
                return 2 * super().price()

        return Inner()
