"""Loads the driver that RUNTIME_DRIVER names."""
import os
from importlib.machinery import ExtensionFileLoader
from importlib.util import module_from_spec, spec_from_loader

_loader = ExtensionFileLoader("runtime_driver", os.environ["RUNTIME_DRIVER"])
driver = module_from_spec(spec_from_loader("runtime_driver", _loader))
_loader.exec_module(driver)
