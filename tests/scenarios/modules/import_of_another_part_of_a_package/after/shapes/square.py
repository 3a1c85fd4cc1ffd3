name = "square"
