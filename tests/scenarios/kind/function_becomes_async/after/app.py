async def fetch(number):
    return number + 2


class Client:
    async def get(self):
        return "new"
