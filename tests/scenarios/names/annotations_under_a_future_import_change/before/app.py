from __future__ import annotations

first: int
second: "str"
