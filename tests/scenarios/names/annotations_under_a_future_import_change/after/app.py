from __future__ import annotations

other: int
second: float
third: list = []
