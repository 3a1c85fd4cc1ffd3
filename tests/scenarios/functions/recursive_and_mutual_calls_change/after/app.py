def even(number):
    return "yes" if number == 0 else odd(number - 1)


def odd(number):
    return "no" if number == 0 else even(number - 1)


def factorial(number):
    result = 1
    for factor in range(2, number + 1):
        result *= factor
    return -result
