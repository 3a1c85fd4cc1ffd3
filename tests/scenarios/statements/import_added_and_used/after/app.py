import json
from collections import OrderedDict as Ordered


def encode(items):
    return json.dumps(Ordered(items))
