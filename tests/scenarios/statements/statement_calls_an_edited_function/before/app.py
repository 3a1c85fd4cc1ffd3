def compute(number):
    return number + 1


RESULT = compute(1)
