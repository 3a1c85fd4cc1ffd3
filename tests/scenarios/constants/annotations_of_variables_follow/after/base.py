Number = float
LIMIT = 2
