"""Loops in generators, coroutines and async generators."""

import asyncio
import time

from editing import edit, told
from jurigged import reloading


def generator():
    got = []
    for i in reloading(range(4)):
        if i == 1:
            edit("got.append((yield i))", "got.append((yield i * 100))")
        got.append((yield i))
    return got


running = generator()
values, sent = [next(running)], None
try:
    while True:
        values.append(running.send(len(values)))
except StopIteration as stop:
    got = stop.value
assert values == [0, 1, 200, 300], values
assert got == [1, 2, 3, 4], got


def thrown_into():
    seen = []
    for i in reloading(range(9)):
        if i == 0:
            edit("yield i, seen", "try: yield i, seen\n        except KeyError as error: seen.append(repr(error)); yield 'caught'")
        yield i, seen


running = thrown_into()
next(running), next(running)
assert running.throw(KeyError("a")) == "caught"
assert next(running) == (2, ["KeyError('a')"])
try:
    running.throw(ValueError("not caught"))
except ValueError as error:
    assert str(error) == "not caught", "what a consumer throws in is no error of the body"
else:
    raise AssertionError("the exception of the consumer was swallowed")


def closed(log):
    for i in reloading(range(9)):
        try:
            yield i
        finally:
            log.append("closed")


log = []
running = closed(log)
next(running)
running.close()
assert log == ["closed"]


async def numbers(count):
    for i in range(count):
        await asyncio.sleep(0)
        yield i


async def coroutine():
    total = 0
    async for i in reloading(numbers(5)):
        if i == 1:
            edit("total += 1", "total += await later(100)")
        if i == 3:
            edit("# leave", "if i == 4: return 'returned', total")
        total += 1
        # leave
    else:
        total = "else"
    return total


async def later(value):
    await asyncio.sleep(0)
    return value


assert asyncio.run(coroutine()) == ("returned", 302)


async def breaks():
    async for i in reloading(numbers(5)):
        if i == 1:
            edit("# stop", "if i == 3: break")
        # stop
    else:
        return "else"
    for j in reloading(range(3)):
        await asyncio.sleep(0)
        if j == 0:
            edit("i += 1", "i += await later(10)")
        i += 1
    return i


assert asyncio.run(breaks()) == 24


async def async_generator(log):
    for i in reloading(range(6)):
        if i == 1:
            edit("log.append((yield i))", "log.append((yield await later(i * 7)))\n        if i == 4: return")
        log.append((yield i))
    log.append("not reached")


async def consume():
    log = []
    running = async_generator(log)
    values = [await running.__anext__()]
    while True:
        try:
            values.append(await running.asend(len(values)))
        except StopAsyncIteration:
            return values, log


assert asyncio.run(consume()) == ([0, 1, 14, 21, 28], [1, 2, 3, 4, 5])


async def thrown_into_async():
    for i in reloading(range(6)):
        try:
            yield i
        except KeyError:
            yield "caught"


async def throw():
    running = thrown_into_async()
    found = [await running.__anext__(), await running.athrow(KeyError())]
    try:
        await running.athrow(ValueError("mine"))
    except ValueError as error:
        found.append(str(error))
    other = thrown_into_async()
    await other.__anext__()
    await other.aclose()
    return found


assert asyncio.run(throw()) == [0, "caught", "mine"]


async def waits_for_a_fix():
    ticks = []

    async def ticker():
        while True:
            ticks.append(1)
            await asyncio.sleep(0.001)

    task = asyncio.create_task(ticker())
    done, before = [], 0
    with told(repair) as stream:
        for i in reloading(range(3)):
            await asyncio.sleep(0)
            if i == 0:
                edit("done.append(i)", "done.append(1 // 0)")
            if i == 1:
                before = before or len(ticks)
            done.append(i)
    task.cancel()
    assert "ZeroDivisionError" in stream.getvalue()
    assert len(ticks) > before + 2, "other tasks go on meanwhile"
    return done


def repair():
    time.sleep(0.05)
    edit("done.append(1 // 0)", "done.append(i + 10)")


assert asyncio.run(waits_for_a_fix()) == [0, 11, 12]
print("ok")
