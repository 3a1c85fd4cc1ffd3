def get():
    return "old"
