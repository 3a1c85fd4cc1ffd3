first = 2
second = first + 1


def helper(number):
    return number * second


third = helper(5)
fourth = [third, second]
fourth.append(first)
last = 100 + third
