from . import limit

twice = limit * 2
