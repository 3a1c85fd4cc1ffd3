"""New words."""

value = 1
