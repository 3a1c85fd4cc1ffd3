import sys

if sys.version_info >= (3, 0):
    import json as store

    def load(text):
        return store.loads(text)
