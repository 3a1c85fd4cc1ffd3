from shapes import *

import shapes


def label(box):
    return shown(box), Colour.RED.name
