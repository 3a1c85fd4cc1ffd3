def hold(app):
    return app.read, app.state


def probe(app, held):
    read, state = held
    print(app.json.__name__, app.HAVE_FAST, app.read(), read())
    print(getattr(app.text, "__name__", None), app.HAVE_TEXT)
    print(app.Ordered.__name__, hasattr(app, "deque"), app.state is state, app.state)
