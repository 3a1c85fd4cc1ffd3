def generator(rate, bonus):
    def inner(number):
        return number * rate

    (lambda: bonus)()
    yield inner


async def coroutine(rate, bonus, wait):
    def inner(number):
        return number * rate

    (lambda: bonus)()
    await wait(inner)


async def stream(rate, bonus):
    total = rate + bonus

    def inner(number):
        return number * rate

    (lambda: (bonus, total))()
    yield inner


def outermost(rate):
    def middle(bonus):
        def inner(number):
            return number * bonus

        (lambda: rate)()
        yield inner

    return middle
