import traceback


def hold(app):
    return app.outer, app.Thing().method


def probe(app, held):
    for function in held:
        try:
            function()
        except Exception as error:
            for frame in traceback.extract_tb(error.__traceback__)[1:]:
                # 3.12 and later run a comprehension in the frame of its function.
                if frame.name != "<listcomp>":
                    print(frame.name, frame.lineno, frame.line)
    print(app.inner.__code__.co_firstlineno)
