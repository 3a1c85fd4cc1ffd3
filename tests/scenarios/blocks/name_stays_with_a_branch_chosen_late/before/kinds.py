def name():
    return "kind"


class Kind:
    label = "a kind"


first = second = Kind
