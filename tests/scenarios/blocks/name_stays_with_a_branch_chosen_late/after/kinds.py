def name():
    return "kind"


class Kind:
    label = name()


first = second = Kind
