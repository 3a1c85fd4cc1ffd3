"""``__`` of the builtins: ``@__.loop``, ``@__.xloop``, ``__.give``. What it gives is loaded when it is asked for."""


class _Namespace:
    def __getattr__(self, name):
        from . import loop

        if name in ("loop", "loop_on_error", "xloop"):
            return getattr(loop, name)
        if name not in ("give", "given"):
            raise AttributeError("`__` has no %r: it has loop, xloop, loop_on_error, give and given" % name)
        try:
            import giving
        except ImportError:
            raise ModuleNotFoundError("`__.%s` needs a package: pip install 'jurigged[develoop]'" % name) from None
        return getattr(giving, name)


__ = _Namespace()


def inject():
    """Put ``__`` into the builtins."""
    import builtins

    builtins.__ = __


def prepare(always, on_error, interface, script=None, module=None):
    """Before a program of the command starts: ``__``, and the functions of ``--loop`` and ``--xloop``.

    Raises ``SystemExit`` when a function is not to be found.
    """
    inject()
    if always or on_error:
        from .loop._redirect import install

        problem = install(always, on_error, interface, script, module)
        if problem is not None:
            import sys

            sys.stderr.write(problem)
            raise SystemExit(2)
