def ready():
    return False


if ready():
    def work():
        return "first"

else:
    pass


def shown():
    return ready()
