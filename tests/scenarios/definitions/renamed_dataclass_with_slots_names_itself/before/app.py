from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class _Settings:
    host: str
    port: int = 80
