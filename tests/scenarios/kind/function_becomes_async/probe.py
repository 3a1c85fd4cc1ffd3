import asyncio
import inspect


def hold(app):
    return app.fetch, app.Client().get


def result(value):
    async def wait():
        return await value

    return asyncio.run(wait()) if inspect.isawaitable(value) else value


def probe(app, held):
    fetch, get = held
    print(inspect.iscoroutinefunction(fetch), result(fetch(1)), result(app.fetch(1)), result(get()))
