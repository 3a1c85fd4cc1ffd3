import user


def probe(app, held):
    print(app.WORDS, app.__all__, app.Lexer.keys, user.count(), user.WORDS is app.WORDS)
