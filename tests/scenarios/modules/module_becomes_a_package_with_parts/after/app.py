import render
from render.html import tag


def page(text):
    return tag(render.plain(text))
