LIMIT = 3
_hidden = "old hidden"
NAMES = [1]
GONE = 1
