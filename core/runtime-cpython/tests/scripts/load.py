"""Loads the driver that RUNTIME_DRIVER names, importing nothing else."""
import os

from _frozen_importlib import ModuleSpec
from _frozen_importlib_external import ExtensionFileLoader

_loader = ExtensionFileLoader("runtime_driver", os.environ["RUNTIME_DRIVER"])
driver = _loader.create_module(ModuleSpec("runtime_driver", _loader, origin=os.environ["RUNTIME_DRIVER"]))
_loader.exec_module(driver)
