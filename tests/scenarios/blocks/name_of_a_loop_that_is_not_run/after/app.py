def total():
    return 10 * sum(numbers)


numbers = [1, 2]
for __number in list(numbers):
    numbers.append(__number)
del __number
