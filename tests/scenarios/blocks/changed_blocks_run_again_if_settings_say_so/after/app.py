import os

values = {}
for number in range(4):
    values[number] = number * 10

with open(os.devnull) as file:
    name = file.name.title()

    def shout():
        return "new " + name

try:
    mode = str("new mode")
except ValueError:
    mode = "failed"

same = []
for number in (1, 2):
    same.append(number)
