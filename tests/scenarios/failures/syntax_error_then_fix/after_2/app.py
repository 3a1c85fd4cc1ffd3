def work():
    return "fixed"


OTHER = 3
