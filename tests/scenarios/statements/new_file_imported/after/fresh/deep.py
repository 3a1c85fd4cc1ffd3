value = "from the deep"
