def renew(dispatcher):
    function = dispatcher.py_func
    old, new = dispatcher._compiler.pysig, numba.core.utils.pysignature(function)
    dispatcher.func_code = dispatcher.__code__ = function.__code__
    dispatcher.__doc__ = dispatcher.doc = function.__doc__
    dispatcher._compiler._failed_cache.clear()
    if shape(old) == shape(new):
        return
    # As `_DispatcherBase.__init__` does it. What was compiled has another layout of arguments.
    dispatcher._compiler.pysig = new
    dispatcher.__defaults__ = function.__defaults__
    known = dict(dispatcher.overloads)
    can_compile = dispatcher._can_compile
    dispatcher._reset_overloads()
    kinds = [parameter.kind for parameter in new.parameters.values()]
    numba._dispatcher.Dispatcher.__init__(
        dispatcher,
        dispatcher._tm.get_pointer(),
        len(kinds),
        dispatcher._fold_args,
        tuple(new.parameters),
        tuple(map(numba.core.dispatcher.OmittedArg, function.__defaults__ or ())),
        not dispatcher.targetoptions.get("nopython", False),
        bool(kinds) and kinds[-1].name == "VAR_POSITIONAL",
    )
    if not can_compile:
        # The same parameters, only other defaults: declared signatures stay.
        for compiled in known.values():
            dispatcher.add_overload(compiled)
        dispatcher._can_compile = False


def shape(signature):
    return [(parameter.name, parameter.kind, id(parameter.default)) for parameter in signature.parameters.values()]


result = None
if hasattr(made, "_fold_args"):
    renew(made)
