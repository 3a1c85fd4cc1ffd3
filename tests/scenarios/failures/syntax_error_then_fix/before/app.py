def work():
    return "old"


OTHER = 1
