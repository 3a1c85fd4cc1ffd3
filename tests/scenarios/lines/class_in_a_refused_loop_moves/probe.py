def probe(app, held):
    line = getattr(app.Item, "__firstlineno__", None)
    text = open(app.__file__).read().splitlines()
    print(app.last, line is None or text[line - 1].strip() == "class Item:", app.first())
