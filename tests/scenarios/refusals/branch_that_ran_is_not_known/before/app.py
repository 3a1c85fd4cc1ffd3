import os

if os.path.exists("/"):
    print
else:
    len

for number in range(3):
    last = number

with open(os.devnull) as file:
    data = file.read()
