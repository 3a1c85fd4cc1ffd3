class Registry:
    items = []
    count = 0
    title = "new"
