from typing import TypedDict


class Settings(TypedDict):
    host: str


class Secure(Settings, total=False):
    token: str


class Nested(Secure):
    depth: int
