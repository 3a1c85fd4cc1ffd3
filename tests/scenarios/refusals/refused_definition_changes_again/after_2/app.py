def ready():
    return False


if ready():
    def work():
        return "second"

else:
    pass


def shown():
    return ready()
