def hold(app):
    calls = [app.plain(3, 4), app.handed(5)]
    inners = [next(call) for call in calls]
    calls.append(app.handed(6, inners[1]))
    next(calls[-1])
    return calls, inners


def probe(app, held):
    calls, inners = held
    print([inner(2) for inner in inners], next(app.plain(3, 4))(2), next(app.handed(5))(2))
