unit = "cm"
