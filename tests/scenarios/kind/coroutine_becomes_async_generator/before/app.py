async def stream():
    return ["old"]
