SIZES = [1, 2]
RATE = 2
