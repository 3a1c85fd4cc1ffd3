def power(number, exponent=2, *, negative=False):
    return -(number**exponent) if negative else number**exponent
