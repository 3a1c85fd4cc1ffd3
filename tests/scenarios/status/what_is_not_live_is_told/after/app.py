RATE = 3
rates = [RATE]
values = []
for number in range(3):
    values.append(number * 10)


def get():
    return "new"
