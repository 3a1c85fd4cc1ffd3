LIMIT = 3
TITLE = ["old title"]
REBOUND = "old"
