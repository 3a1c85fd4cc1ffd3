size: float = 2.5
total = 10
total += 7
a = b = [2]
(c, d), *e = (5, 6), 7, 8
