def work():
    return "broken"


OTHER = = 2
