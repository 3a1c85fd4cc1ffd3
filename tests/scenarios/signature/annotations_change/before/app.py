def send(message: str, times: int = 1) -> None:
    return None


class Sender:
    def send(self, message: str) -> bool:
        return True


def placed(first: int, second: str) -> None:
    return None
