import asyncio
import inspect


def hold(app):
    return app.stream


def probe(app, held):
    async def read():
        if inspect.isasyncgenfunction(held):
            return [item async for item in held()]
        return await held()

    print(asyncio.run(read()))
