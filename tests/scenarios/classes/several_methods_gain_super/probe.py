def hold(app):
    return app.Encoder()


def probe(app, held):
    for encoder in (held, app.Encoder()):
        encoder.log.clear()
        encoder.reset()
        encoder.close()
        print(encoder.log, getattr(encoder, "size", None), app.Encoder().log)
