import settings
from settings import LIMIT, TITLE as heading
from settings import REBOUND

REBOUND = "bound here"


def shown():
    return LIMIT, heading, settings.LIMIT, REBOUND


class Box:
    from settings import LIMIT
