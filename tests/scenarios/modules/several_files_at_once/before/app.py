import one
import two
import three


def run():
    return one.get(), two.get(), three.get()
