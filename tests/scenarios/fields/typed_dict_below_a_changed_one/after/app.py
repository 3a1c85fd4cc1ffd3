from typing import TypedDict


class Settings(TypedDict):
    host: bytes
    port: int


class Secure(Settings, total=False):
    token: str


class Nested(Secure):
    depth: int
