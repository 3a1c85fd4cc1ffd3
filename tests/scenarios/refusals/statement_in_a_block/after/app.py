values = []
for number in range(3):
    values.append(number * 10)

try:
    mode = str("new mode")
except ValueError:
    mode = "failed"
