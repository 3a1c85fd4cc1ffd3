# -*- coding: latin-1 -*-
def word():
    return "café new, with an umlaut: ü"
