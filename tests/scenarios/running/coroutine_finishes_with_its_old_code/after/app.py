async def work(wait):
    await wait()
    return "new result of " + await part()


async def part():
    return "new part"
