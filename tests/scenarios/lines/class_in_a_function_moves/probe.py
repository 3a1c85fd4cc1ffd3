def hold(app):
    return app.make, app.Holder().make, app.make_in_a_block


def probe(app, held):
    for make in held:
        made = make()
        # Since 3.13.
        print(getattr(made, "__firstlineno__", None), getattr(made, "line", None))
    print(*(held[0] is app.make, held[2] is app.make_in_a_block))
