def get():
    return "old one"
