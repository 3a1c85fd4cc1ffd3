values = []
for number in range(3):
    values.append(number)

try:
    mode = str("old mode")
except ValueError:
    mode = "failed"
