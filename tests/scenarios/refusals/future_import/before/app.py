def work(number: "int" = 1):
    return "old"


LIMIT = 1
