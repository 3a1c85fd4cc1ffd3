SIZES = [1, 2, 3]
RATE = 3
