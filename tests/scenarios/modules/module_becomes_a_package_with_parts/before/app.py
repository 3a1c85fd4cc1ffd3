import render


def page(text):
    return render.plain(text)
