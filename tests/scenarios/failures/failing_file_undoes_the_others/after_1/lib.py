ADDED = 1


def help():
    return "new help"
