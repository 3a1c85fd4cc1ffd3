ACTIONS = {
    "add": lambda a, b: a + b + 100,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b * 100,
}
