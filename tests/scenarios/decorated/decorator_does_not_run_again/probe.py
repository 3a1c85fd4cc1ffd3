import builtins


def probe(app, held):
    print(app.handler(), builtins.registrations)
