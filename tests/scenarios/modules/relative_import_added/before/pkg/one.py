def get():
    return "one"
