# -*- coding: latin-1 -*-
def word():
    return "café old"
