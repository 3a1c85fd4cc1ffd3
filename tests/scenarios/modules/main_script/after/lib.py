def help():
    return "old help"
