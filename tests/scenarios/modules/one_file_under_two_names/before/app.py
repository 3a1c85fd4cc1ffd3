import importlib.util
import sys


def load(name):
    spec = importlib.util.spec_from_file_location(name, __file__.replace("app.py", "lib.py"))
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


first, second = load("first"), load("second")
