import keys


def current():
    return keys.build()
