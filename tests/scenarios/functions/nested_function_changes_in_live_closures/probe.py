def hold(app):
    return app.make_counter(1), app.make_counter(100)


def probe(app, held):
    for step, peek in (*held, app.make_counter(5)):
        print(step(2) - step(1) + step(-1), peek.__qualname__)
        # Back to where it was, whatever a step is worth.
        step(-2)
        print(peek())
