name = "round"
