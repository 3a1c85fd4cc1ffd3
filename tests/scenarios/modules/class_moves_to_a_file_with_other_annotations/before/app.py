from __future__ import annotations

import typing

from parts import Shelf
