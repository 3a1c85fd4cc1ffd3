"""Who runs a code object: everywhere it can hide, and without a pass where the references are accounted for."""
import asyncio, functools, gc, sys, threading, time, types
from load import driver


def check(got, want):
    if got != want:
        raise AssertionError(f"{got!r} is not {want!r}")


def find(functions, known=0):
    (found,), (conforming,), passes = driver.holders([(functions, known)])
    return found, conforming, passes


def copy_of(f):
    return types.FunctionType(f.__code__, f.__globals__, f.__name__, f.__defaults__, f.__closure__)


def module_level(): pass


def accounted_needs_no_pass():
    # A module's function: its code is also a constant of the module's code, which this script's frame keeps alive.
    check(find([module_level], 1), ([module_level], [], 0))
    check(find([module_level])[2], 1)
    namespace = {}
    exec("def f(): pass", namespace)                  # the module code is gone
    check(find([namespace["f"]])[1:], ([], 0))
    exec("def f(): pass\ng = lambda: 0", namespace)
    found = driver.holders([([namespace["f"]], 0), ([namespace["g"]], 0)])
    check(found, ([[namespace["f"]], [namespace["g"]]], [[], []], 0))


def an_unknown_function_needs_one_pass():
    namespace = {}
    exec("def f(): pass\ndef g(): pass", namespace)
    f, g = namespace["f"], namespace["g"]
    hidden = copy_of(f)
    found = driver.holders([([f], 0), ([g], 0)])
    check([set(map(id, group)) for group in found[0]], [{id(f), id(hidden)}, {id(g)}])
    check(found[2], 1)
    check(find([f, hidden])[2], 0)
    check(find([f, f, hidden])[2], 0)                 # named twice
    other = namespace["g"]
    check(find([f, hidden, other])[0], [f, hidden])   # does not run that code


def hidden_everywhere():
    namespace = {}
    exec("def make():\n    def inner(x=None): return 1\n    return inner", namespace)
    make = namespace["make"]
    kept = make()
    in_closure = (lambda g: lambda: g)(make())
    in_partial = functools.partial(make())
    in_container = {"a": [({make()},)]}
    class C: method = make()
    bound = C().method
    local = threading.local()
    local.f = make()
    module = types.ModuleType("elsewhere")
    module.f = make()
    sys.modules["elsewhere"] = module
    started, stop, result = threading.Event(), threading.Event(), []
    def thread():
        in_thread_local.f = make()
        mine = make()
        started.set()
        stop.wait()
    in_thread_local = threading.local()
    other = threading.Thread(target=thread)
    other.start()
    started.wait()
    del C
    found, _, passes = find([kept], 1)
    check((len(found), passes), (9, 1))
    check(len({id(f) for f in found}), 9)
    stop.set()
    other.join()
    del sys.modules["elsewhere"]


def frozen_objects_are_found():
    namespace = {}
    exec("def make():\n    def inner(): return 1\n    return inner", namespace)
    make = namespace["make"]
    hidden = {"deep": [(make(),)]}
    sys.modules[__name__].hidden = hidden
    kept = make()
    gc.collect()
    gc.freeze()
    try:
        found, _, passes = find([kept], 1)
        check(len(found), 2)
        assert passes <= 2, passes
        later = make()
        check(len(find([kept], 1)[0]), 3)
        start = time.perf_counter()
        find([kept], 1)
        print(f"  frozen heap: {(time.perf_counter() - start) * 1e3:.1f} ms, {gc.get_freeze_count()} objects, {passes} passes")
        check(len(driver.codes_of_files(["<string>"])[0]) >= 2, True)
        class K: pass
        k = K()
        gc.freeze()
        check([x is k for x in driver.instances(K)], [True])
    finally:
        gc.unfreeze()
        del sys.modules[__name__].hidden


def running_frames_are_accounted_for():
    namespace = {"check": check, "find": find}
    exec("def f(known):\n    return find([f], known)\ndef g(n):\n    return find([g]) if n == 0 else g(n - 1)", namespace)
    check(namespace["f"](0)[1:], ([], 0))
    check(namespace["g"](5)[1:], ([], 0))
    namespace2 = {"find": find}
    exec("def h():\n    yield find([h])\n    yield 1", namespace2)
    generator = namespace2["h"]()
    found = next(generator)
    check(found[0], [namespace2["h"]])
    hidden = copy_of(namespace2["h"])
    check(len(find([namespace2["h"]])[0]), 2)         # beside a suspended generator
    next(generator)


def objects_that_conform():
    namespace = {}
    exec("def f(): pass", namespace)
    f = namespace["f"]
    class Slots:
        __slots__ = ("code",)
        def __conform__(self, new): pass
    class Dict:
        def __conform__(self, new): pass
    class Liar:
        def __getattr__(self, name): raise RuntimeError(name)
    class Derived(Dict): pass
    a, b, c, d = Slots(), Dict(), Liar(), Derived()
    a.code, b.code, c.code, d.function = f.__code__, f.__code__, f.__code__, f
    unrelated = Slots()
    found, conforming, passes = find([f])
    check((found, {id(x) for x in conforming}, passes), ([f], {id(a), id(b), id(d)}, 1))


def running_code():
    def frame():
        return driver.running([frame, other])
    def other(): pass
    line = frame.__code__.co_firstlineno
    check(driver.running([frame]), [])
    check(frame(), [(0, "frame", line + 1, True)])
    def outer(): return frame()
    def deep(): return inner()
    def inner(): return driver.running([deep])
    check(deep(), [(0, "frame", deep.__code__.co_firstlineno, False)])
    def generator():
        yield 1
        yield driver.running([generator])
    async def coroutine():
        await asyncio.sleep(0)
    async def async_generator():
        yield 1
        yield 2
    one, fresh = generator(), generator()
    next(one)
    found = driver.running([generator])
    first = generator.__code__.co_firstlineno
    check(sorted(found), [(0, "suspended", first, True), (0, "suspended", first + 1, True)])
    # While it runs it is a frame, not suspended; the one that never started stays.
    check(sorted(next(one)), [(0, "frame", first + 2, True), (0, "suspended", first, True)])
    one.close()
    fresh.close()
    check(driver.running([generator]), [])
    async def main():
        task = asyncio.ensure_future(coroutine())
        items = async_generator()
        await items.__anext__()
        await asyncio.sleep(0)
        found = driver.running([coroutine, async_generator])
        await task
        await items.aclose()
        return found
    check(sorted((i, kind) for i, kind, *_ in asyncio.run(main())), [(0, "suspended"), (1, "suspended")])
    started, stop = threading.Event(), threading.Event()
    def elsewhere():
        started.set()
        stop.wait()
    thread = threading.Thread(target=elsewhere)
    thread.start()
    started.wait()
    check(driver.running([elsewhere]), [(0, "frame", elsewhere.__code__.co_firstlineno + 2, False)])
    stop.set()
    thread.join()


def running_variables():
    def call(argument, meet):
        own = [argument]
        def inner(): return argument
        late = lambda: (own, unset)
        comprehension = [lambda: item for item in "ab"]
        meet(inner, late)
        unset = inner
        yield inner, late
    def cells_of(function):
        return dict(zip(function.__code__.co_freevars, function.__closure__))
    def met(inner, late):
        (index, found, values), = driver.running_variables([call])
        found = {name: cell for name, cell in found if name != "item"}
        check((index, found), (0, {**cells_of(inner), **cells_of(late)}))
        values = dict(values)
        check((values["meet"], values["inner"], values["late"]), (met, inner, late))
    waiting = call(1, met)
    inner, late = next(waiting)
    (index, found, values), = driver.running_variables([call])
    check(dict(values)["inner"], inner)
    check({name: cell.cell_contents for name, cell in found if name != "item"}, {"argument": 1, "own": [1], "unset": inner})
    others = [call(number, lambda *_: None) for number in (2, 3)]
    for other in others:
        next(other)
    found = driver.running_variables([call])
    check(sorted(dict(cells)["argument"].cell_contents for _, cells, _ in found), [1, 2, 3])
    # Free variables are there, too; a frame without cells has none.
    def outer(shared):
        def middle():
            return shared, driver.running_variables([middle, plain])
        return middle
    def plain(): return driver.running_variables([plain])
    middle = outer(4)
    check(middle()[1], [(0, list(cells_of(middle).items()), [])])
    check(plain(), [(0, list(cells_of(plain).items()), [])])
    started, stop = threading.Event(), threading.Event()
    def elsewhere(shared, wait):
        wait(lambda: shared)
    def wait(function):
        kept.append(function)
        started.set()
        stop.wait()
    kept = []
    thread = threading.Thread(target=elsewhere, args=(5, wait))
    thread.start()
    started.wait()
    check(driver.running_variables([elsewhere]), [(0, [("shared", kept[0].__closure__[0])], [("wait", wait)])])
    stop.set()
    thread.join()


def files_and_instances():
    namespace = {}
    exec(compile("def a(): pass\ndef b():\n    def c(): pass\n    return c\nclass K:\n    def m(self): pass\n", "some/file.py", "exec"), namespace)
    c = namespace["b"]()
    found, none = driver.codes_of_files(["some/file.py", "other.py"])
    check((sorted(code.co_name for code in found), none), (["a", "b", "c", "m"], []))
    class Sub(namespace["K"]): pass
    one, two = namespace["K"](), Sub()
    check({id(x) for x in driver.instances(namespace["K"])}, {id(one), id(two)})


def figures():
    pile = [[i] for i in range(1_000_000)]
    namespace = {}
    exec("def f(): pass", namespace)
    f = namespace["f"]
    hidden = copy_of(f)
    def best(known):
        times = []
        for _ in range(3):
            start = time.perf_counter()
            passes = find(known)[2]
            times.append(time.perf_counter() - start)
        return min(times) * 1e3, passes
    with_pass, passes = best([f])
    without, none = best([f, hidden])
    check((passes, none), (1, 0))
    print(f"  1 million objects: {with_pass:.1f} ms with a pass, {without:.3f} ms accounted")


def reading():
    class Meta(type):
        @property
        def __module__(cls): raise RuntimeError
        def __getattribute__(cls, name): raise RuntimeError(name)
    class Odd(metaclass=Meta): pass
    kind, names, namespace, text, integer, shown = driver.look(object.__new__(Odd))
    check((kind, names[1], namespace), ("Other", "object", {}))
    check(names[0].endswith("reading.<locals>.Odd"), True)
    kinds = [len, str.join, "".join, print, 1, "a", (), [], {}, set(), None, sys, int, check, check.__code__,
             property(), staticmethod(check), classmethod(check), functools.partial(check), types.MethodType(check, 1),
             (lambda: kinds).__closure__[0], (x for x in ())]
    check([driver.look(thing)[0] for thing in kinds],
          ["Builtin"] * 4 + ["Integer", "Text", "Tuple", "List", "Dict", "Set", "None", "Module", "Class", "Function", "Code",
           "Property", "StaticMethod", "ClassMethod", "Partial", "BoundMethod", "Cell", "Generator"])
    class Bad:
        def __repr__(self): raise ValueError
    check(driver.look(Bad())[5], "<unrepresentable __main__.reading.<locals>.Bad object>")
    check(driver.look(10 ** 30)[4], None)
    check(driver.look("a" * 1000)[5], "'" + "a" * 199)
    check(driver.look("\ud800x")[3][-1], "x")
    check(driver.look(sys)[2] is vars(sys), True)
    check(dict(driver.look(Odd)[2])["__module__"] , "__main__")
    check(driver.stale_handle_is_gone(object()), True)


for name, test in list(globals().items()):
    if isinstance(test, types.FunctionType) and test.__code__.co_argcount == 0 and name not in ("module_level",):
        try:
            test()
        except BaseException:
            print("FAILED", name)
            raise
print("ok")
