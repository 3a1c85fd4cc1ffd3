def send(message: bytes, times: float = 1, *, to: list = ()) -> int:
    return None


class Sender:
    def send(self, message: bytes) -> "Sender":
        return True


def placed(first: int, /, second: str) -> None:
    return None
