__all__ = ["TITLE", "LATER"]
TITLE = "new"
NOT_LISTED = 2
ADDED = 3
LATER = 2
