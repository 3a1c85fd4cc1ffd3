"""Old words."""

value = 1
