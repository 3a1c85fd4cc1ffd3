import os

values = {}
for number in range(3):
    values[number] = number

with open(os.devnull) as file:
    name = file.name.upper()

    def shout():
        return "old " + name

try:
    mode = str("old mode")
except ValueError:
    mode = "failed"

same = []
for number in (1, 2):
    same.append(number)
