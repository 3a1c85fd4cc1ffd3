def hold(app):
    return dict(app.ACTIONS)


def probe(app, held):
    for actions in held, app.ACTIONS:
        print({name: action(5, 3) for name, action in actions.items()})
