import sys
from typing import TYPE_CHECKING

ran = []

if TYPE_CHECKING:
    from decimal import Decimal
    from no_such_module import Nothing

if sys.version_info >= (3, 4):
    LIMIT = 4
    ran.append("unchanged")

    def added():
        return LIMIT
else:
    LIMIT = 40
    NEVER = True

    def never():
        return 0

if sys.platform == "none such":
    where = 10
elif sys.version_info < (3,):
    where = 20
else:
    where = 30

    class Place:
        name = "new"
