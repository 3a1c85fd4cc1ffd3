def hold(app):
    running = app.outer(3, 4)
    return [next(running)], running


def probe(app, held):
    made, running = held
    fresh = list(app.outer(3, 4))
    if fresh[1](2) != 6 and len(made) == 1:
        made.append(next(running))
    print("made now", fresh[1](2), "made by the running call", [inner(2) for inner in made[1:]])
