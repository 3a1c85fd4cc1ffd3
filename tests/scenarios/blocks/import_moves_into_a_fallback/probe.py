def probe(app, held):
    names = ("calculus", "letters", "loops")
    print([(name, getattr(app, name).__name__) for name in names if hasattr(app, name)])
