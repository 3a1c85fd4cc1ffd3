import asyncio


def hold(app):
    return app.stream


def probe(app, held):
    async def read():
        result = held()
        return [item async for item in result] if hasattr(result, "__aiter__") else await result

    print(asyncio.run(read()))
