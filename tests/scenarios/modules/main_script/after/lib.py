def help():
    return "new help"
