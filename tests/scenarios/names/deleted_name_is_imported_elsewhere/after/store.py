def name():
    return "new name"
