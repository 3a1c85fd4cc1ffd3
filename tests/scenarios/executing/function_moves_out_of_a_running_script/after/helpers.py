version = 1


def work(turns):
    found = ["after", __name__]
    for turn in range(turns):
        found.append(turn)
    return found
