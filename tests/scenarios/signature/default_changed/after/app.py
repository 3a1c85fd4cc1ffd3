def power(number, exponent=3, *, negative=True):
    return -(number**exponent) if negative else number**exponent
