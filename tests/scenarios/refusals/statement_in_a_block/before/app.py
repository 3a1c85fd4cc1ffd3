values = []
for number in range(3):
    values.append(number)

try:
    mode = "old mode"
except ValueError:
    mode = "failed"
