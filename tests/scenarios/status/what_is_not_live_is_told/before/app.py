RATE = 2
rates = [RATE]
values = []
for number in range(3):
    values.append(number)


def get():
    return "old"
