import asyncio


def hold(app):
    loop = asyncio.new_event_loop()
    # Up to 3.9 an event belongs to the current loop.
    asyncio.set_event_loop(loop)
    event = asyncio.Event()
    task = loop.create_task(app.work(event.wait))
    loop.run_until_complete(asyncio.sleep(0))
    return {"loop": loop, "event": event, "task": task, "probes": 0}


def probe(app, held):
    held["probes"] += 1
    loop = held["loop"]
    if held["probes"] == 2:
        held["event"].set()
        print("held:", loop.run_until_complete(held["task"]))

    async def nothing():
        return None

    print(loop.run_until_complete(app.work(nothing)))
    if held["probes"] == 2:
        loop.close()
