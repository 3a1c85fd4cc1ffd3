def probe(app, held):
    print(sorted({"work", "gather"} & set(vars(app))))
