def probe(app, held):
    # The first two probes are answered by the two calls of `step()`, before the definitions exist.
    print(app.other(), "later" in vars(app) and (app.later(), app.Late().method()))
