import one
import two
import three


def run():
    return "all", one.get(), two.get(), three.get()
