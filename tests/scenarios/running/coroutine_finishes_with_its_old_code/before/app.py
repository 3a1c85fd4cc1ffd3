async def work(wait):
    await wait()
    return "old result of " + await part()


async def part():
    return "old part"
