def get():
    return "new one"
