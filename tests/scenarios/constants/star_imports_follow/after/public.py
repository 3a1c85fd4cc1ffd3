LIMIT = 5
_hidden = "new hidden"
NAMES = [1, 2]
ADDED = "added"
