Number = int
LIMIT = 1
