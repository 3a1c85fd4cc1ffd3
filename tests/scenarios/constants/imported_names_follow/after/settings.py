LIMIT = 4
TITLE = ["new title"]
REBOUND = "new"
