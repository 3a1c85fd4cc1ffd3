import keys
from keys import LIMIT, added

made = keys.build()
both = added(LIMIT)


def current():
    return keys.build()
