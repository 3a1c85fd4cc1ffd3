def ready():
    return False


if ready():
    pass
else:
    pass


def shown():
    return ready()
