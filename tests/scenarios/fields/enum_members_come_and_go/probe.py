import pickle


def hold(app):
    return [app.Color.RED, app.Color.GREEN, app.Step.LAST, app.Planet.MARS, app.Level.LOW]


def probe(app, held):
    for cls in app.Color, app.Step, app.Planet, app.Level:
        print(list(cls), sorted(cls.__members__), len(cls))
        for member in cls:
            assert cls(member.value) is member and cls[member.name] is member and getattr(cls, member.name) is member
            assert isinstance(member, cls) and member in cls and type(member) is cls
            assert pickle.loads(pickle.dumps(member)) is member
    print([member is type(member)[member.name] for member in held], held)
    print(held[1].value, app.Color.GREEN.tell(), hasattr(app.Color, "shout") and app.Color.RED.shout(), held[3].mass)
    for value in 2, 20, 7, "ROSE", "LIME":
        try:
            print(value, app.Color[value] if isinstance(value, str) else app.Color(value))
        except (ValueError, KeyError) as error:
            print(value, type(error).__name__)
    print(app.Level.LOW + 1, app.Level.LOW < 2)
    try:
        app.Color.RED = 5
    except AttributeError as error:
        print("fixed")
