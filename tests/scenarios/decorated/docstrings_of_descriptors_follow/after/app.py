import functools


class kept(property):
    """Evaluated once."""

    def __init__(self, fget):
        super().__init__(fget, doc=fget.__doc__)
        self.__doc__ = fget.__doc__


class traced:
    def __init__(self, function):
        functools.update_wrapper(self, function)

    def __get__(self, instance, owner=None):
        return self if instance is None else functools.partial(self.__wrapped__, instance)


class Request:
    @kept
    def stream(self):
        """The body, without a limit."""
        return "the body"

    @traced
    def read(self, size: float):
        """Reads at most `size`."""
        return size
