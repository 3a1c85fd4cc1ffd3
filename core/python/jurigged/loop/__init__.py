"""The develoop: a function that the program has called runs again at each edit, the rest of the program untouched.

``jurigged --loop FUNC``, or in the program::

    from jurigged.loop import loop, xloop

    @loop                       # at each call
    @loop(interface="basic")    # with stdin and the debugger left alone
    @xloop                      # only when the call raises

The names are those of jurigged 0.6; the ``jurigged`` command has them in ``__`` of the builtins, too: ``@__.loop``,
``@__.xloop``, ``__.give``.
"""

from .._dev import __, inject
from .develoop import Abort, Develoop, DeveloopRunner, RedirectDeveloopRunner

__all__ = [
    "Abort",
    "BasicDeveloopRunner",
    "Develoop",
    "DeveloopRunner",
    "RedirectDeveloopRunner",
    "RichDeveloopRunner",
    "__",
    "inject",
    "loop",
    "loop_on_error",
    "xloop",
]


def loop(fn=None, interface=None, only_on_error=False):
    """Decorate a function to run again at each edit, once it is called.

    ``interface`` is ``"rich"``, ``"basic"``, a :class:`DeveloopRunner`, or ``None``: what there is. With
    ``only_on_error`` the loop begins when a call raises; a call that returns is an ordinary call.
    """
    if interface is not None and not callable(interface) and interface not in ("rich", "basic"):
        raise ValueError("there is no develoop interface %r: write 'rich' or 'basic'" % (interface,))

    def decorate(fn):
        return Develoop(fn, on_error=only_on_error, runner_class=interface)

    return decorate if fn is None else decorate(fn)


def loop_on_error(fn=None, interface=None):
    """Decorate a function to run again at each edit from a call on that raises, until it is continued."""
    return loop(fn, interface=interface, only_on_error=True)


xloop = loop_on_error


def __getattr__(name):
    if name == "BasicDeveloopRunner":
        from .basic import BasicDeveloopRunner

        return BasicDeveloopRunner
    if name == "RichDeveloopRunner":
        from .richloop import RichDeveloopRunner

        return RichDeveloopRunner
    raise AttributeError("module %r has no attribute %r" % (__name__, name))
