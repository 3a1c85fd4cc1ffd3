__all__ = ["TITLE", "LATER"]
TITLE = "old"
NOT_LISTED = 1
LATER = 1
