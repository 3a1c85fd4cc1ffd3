import limits
from limits import RATE

both = [RATE, lambda: RATE]
later = [lambda: RATE, lambda: limits.RATE]
default = lambda rate=RATE: rate
dotted = (limits.RATE, lambda: limits.RATE)
