def total():
    return sum(numbers)


numbers = [1, 2]
for number in list(numbers):
    numbers.append(number)
