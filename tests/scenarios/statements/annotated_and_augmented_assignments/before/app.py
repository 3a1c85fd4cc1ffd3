size: int = 1
total = 10
total += 5
a = b = [1]
(c, d), *e = (1, 2), 3, 4
