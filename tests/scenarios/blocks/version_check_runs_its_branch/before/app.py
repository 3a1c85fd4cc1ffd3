import sys
from typing import TYPE_CHECKING

ran = []

if TYPE_CHECKING:
    from decimal import Decimal

if sys.version_info >= (3, 4):
    LIMIT = 3
    OLD = True
    ran.append("unchanged")
else:
    LIMIT = 30

if sys.platform == "none such":
    where = 1
elif sys.version_info < (3,):
    where = 2
else:
    where = 3

    class Place:
        name = "old"
