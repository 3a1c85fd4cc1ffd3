def compute(number):
    return number + 100


RESULT = compute(2)
