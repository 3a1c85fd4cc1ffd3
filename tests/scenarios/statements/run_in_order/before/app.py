first = 1
last = 100
