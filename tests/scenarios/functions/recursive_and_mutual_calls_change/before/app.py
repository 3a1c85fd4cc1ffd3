def even(number):
    return True if number == 0 else odd(number - 1)


def odd(number):
    return False if number == 0 else even(number - 1)


def factorial(number):
    return 1 if number < 2 else number * factorial(number - 1)
