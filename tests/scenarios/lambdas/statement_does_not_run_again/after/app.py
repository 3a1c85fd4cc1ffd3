handlers = [lambda: "new", []]
