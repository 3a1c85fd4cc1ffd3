def recompile(dispatcher):
    """Like `Dispatcher.recompile`, which has nothing to call until it is done."""
    known = dict(dispatcher.overloads)
    is_declared = not dispatcher._can_compile
    problem = None
    with numba.core.compiler_lock.global_compiler_lock:
        dispatcher.overloads.clear()
        dispatcher._cache.flush()
        dispatcher._can_compile = True
        dispatcher._insert = lambda *compiled: None
        try:
            for arguments, old in known.items():
                try:
                    dispatcher.compile(old.signature if is_declared else arguments)
                except numba.core.errors.NumbaError as error:
                    problem = problem or words(dispatcher, error)
        finally:
            del dispatcher._insert
        if is_declared and problem is not None:
            # Calls would find nothing: no signature is added by itself.
            dispatcher.overloads.clear()
            dispatcher.overloads.update(known)
            problem += "; its old version goes on"
        else:
            # A call that comes in between asks for a version, and waits for the lock.
            dispatcher._compile_for_args = lambda *arguments: after(dispatcher, arguments)
            dispatcher._clear()
            for arguments, new in dispatcher.overloads.items():
                dispatcher._insert([argument._code for argument in arguments], new.entry_point, new.objectmode)
            dispatcher._can_compile = not is_declared
            del dispatcher._compile_for_args
            for old in known.values():
                try:
                    dispatcher.targetctx.remove_user_function(old.entry_point)
                except KeyError:
                    pass
        dispatcher._can_compile = not is_declared
    if is_method_of_jitclass(dispatcher.py_func):
        problem = problem or f"`{dispatcher.py_func.__qualname__}` is compiled into what `jitclass` has made"
    return problem


def is_method_of_jitclass(function):
    owner = function.__globals__.get(function.__qualname__.split(".")[0])
    return type(owner).__name__ == "JitClassType"


def after(dispatcher, arguments):
    with numba.core.compiler_lock.global_compiler_lock:
        pass
    return dispatcher(*arguments)


def rebuild_dynamic(ufunc):
    """A `DUFunc`: its loops lie in an object of C, made anew as `_initialize` does; what numba knows it by stays."""
    old, is_frozen = ufunc._dispatcher, ufunc._frozen
    signatures = [signature if is_frozen else signature.args for signature in old.overloads]
    try:
        # Aside first, so that one that does not compile leaves the old loops.
        aside = type(ufunc)(old.py_func, targetoptions=dict(old.targetoptions))
        for signature in signatures:
            aside.add(signature)
    except (numba.core.errors.NumbaError, TypeError) as error:
        return words(ufunc, error) + "; its old version goes on"
    with numba.core.compiler_lock.global_compiler_lock:
        identity = "reorderable" if getattr(ufunc, "reorderable", False) and ufunc.identity is None else ufunc.identity
        identity = numba.np.ufunc.ufuncbuilder.parse_identity(identity)
        super(numba.np.ufunc.dufunc.DUFunc, ufunc).__init__(
            type(old)(old.py_func, {}, old.targetoptions), identity=identity
        )
        ufunc._lower_me.libs.clear()
        for signature in signatures:
            ufunc.add(signature)
        if is_frozen:
            ufunc.disable_compile()


def rebuild_generalized(ufunc):
    """A `GUFunc`, made anew as when it is unpickled; what numba knows it by stays."""
    state = ufunc._reduce_states()
    signatures, is_frozen = state.pop("typesigs"), state.pop("frozen")
    fresh = type(ufunc)(**state)
    try:
        for signature in signatures:
            fresh.add(signature)
        fresh.build_ufunc()
    except (numba.core.errors.NumbaError, TypeError) as error:
        return words(ufunc, error) + "; its old version goes on"
    with numba.core.compiler_lock.global_compiler_lock:
        for name in ("gufunc_builder", "_dispatcher", "ufunc"):
            # `_dispatcher` is newer than the others.
            if hasattr(fresh, name):
                setattr(ufunc, name, getattr(fresh, name))
        ufunc._frozen = is_frozen


def words(made, error):
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    # Each caller puts a line of its own before the reason.
    told = [line for line in lines if not line.startswith("Failed in ")] or lines
    return f"`{made.__name__}` does not compile: {type(error).__name__}: {told[0]}"


if hasattr(made, "_fold_args"):
    result = recompile(made)
elif hasattr(made, "gufunc_builder"):
    result = rebuild_generalized(made)
elif hasattr(made, "_add_loop"):
    result = rebuild_dynamic(made)
else:
    result = f"C code holds the address of the compiled `{made.__name__}`"
