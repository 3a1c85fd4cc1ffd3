"""``%load_ext jurigged`` in IPython and Jupyter: saves are applied before every cell, and cells patch what they define."""

from .notebook import Notebook

_NAME = "_jurigged_notebook"


def load(shell):
    """``%load_ext jurigged``."""
    notebook = getattr(shell, _NAME, None)
    if notebook is None:
        notebook = Notebook(shell)
        setattr(shell, _NAME, notebook)
        shell.register_magic_function(notebook.magic, "line", "jurigged")
    notebook.on(immediate=False)


def unload(shell):
    """``%unload_ext jurigged``: nothing is applied any more; the magic says so."""
    notebook = getattr(shell, _NAME, None)
    if notebook is not None:
        notebook.off()
