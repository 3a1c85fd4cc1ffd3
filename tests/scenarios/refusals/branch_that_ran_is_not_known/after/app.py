import os

if os.path.exists("/"):
    print
    LIMIT = 3
else:
    len

for number in range(4):
    last = number

with open(os.devnull) as file:
    data = file.read(1)
