handlers = [lambda: "old", []]
