
def probe(app, held):
    print(app.first(), app.first.__code__.co_firstlineno, hasattr(app, "sys"), app.NAMES)
