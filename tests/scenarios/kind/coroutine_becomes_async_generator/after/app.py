async def stream():
    yield "new"
    yield "newer"
