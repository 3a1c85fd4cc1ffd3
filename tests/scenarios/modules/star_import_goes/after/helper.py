def help_with():
    return "help"
