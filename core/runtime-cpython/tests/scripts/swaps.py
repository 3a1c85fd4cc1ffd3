"""Each kind of swap: applied, compared, refused, failed, taken back."""
import gc, sys, threading, time, types
from load import driver

ABSENT = ...


def check(got, want):
    if got != want:
        raise AssertionError(f"{got!r} is not {want!r}")


def code_swap_keeps_identity():
    def f(x): return x + 1
    def g(x): return x * 10
    old, held = f.__code__, f
    check(driver.commit([("code", f, old, g.__code__)]), None)
    check((held(3), f is held, f.__code__ is g.__code__), (30, True, True))
    check(driver.commit([("code", f, old, g.__code__)])[:2], ("changed", 0))


def free_variables_must_agree():
    def make():
        a, b = 1, 2
        def one(): return a
        def other(): return b
        def both(): return a, b
        return one, other, both
    one, other, both = make()
    refused = driver.commit([("code", one, one.__code__, other.__code__)])
    check(refused[:2], ("refused", 0))
    assert "free variables" in refused[2], refused
    check(driver.commit([("code", one, one.__code__, both.__code__)])[0], "refused")
    check(one(), 1)


def closure_then_code():
    class Base:
        def m(self): return "base"
    class C(Base):
        def m(self): return "plain"
        def other(self): return __class__
    def source():
        class C(Base):
            def m(self): return "new " + super().m()
        return C.m
    instance = C()
    held = instance.m
    for _ in range(100):
        held()                                        # specialised call sites
    new = source().__code__
    cells = C.other.__closure__
    old = C.m.__code__
    swaps = [("closure", C.m, ABSENT, cells), ("code", C.m, old, new)]
    wrong = driver.commit([("closure", C.m, ABSENT, cells + cells), ("code", C.m, old, new)])
    check(wrong[:2], ("refused", 1))
    check((C.m.__closure__, held()), (None, "plain"))
    driver.commit_and_undo(swaps, lambda: check(held(), "new base"))
    check((C.m.__closure__, C.m.__code__ is old, held()), (None, True, "plain"))
    check(driver.commit(swaps), None)
    check((held(), instance.m(), C.m.__closure__ is cells), ("new base", "new base", True))
    check(driver.commit([("closure", C.m, cells, (1, 2))])[0], "refused")


def a_live_closure_gains_and_loses_variables():
    def make():
        a, b = 1, 2
        def get(): return a
        def both(): return a, b
        return get, both
    get, both = make()
    for _ in range(100):
        get()
    old, new = get.__code__, both.__code__
    before = get.__closure__
    check(driver.commit([("closure", get, before, both.__closure__), ("code", get, old, new)]), None)
    check(get(), (1, 2))
    check(driver.commit([("closure", get, both.__closure__, before), ("code", get, new, old)]), None)
    check(get(), 1)
    def plain(): return 7
    check(driver.commit([("closure", get, before, ABSENT), ("code", get, old, plain.__code__)]), None)
    check((get(), get.__closure__), (7, None))


def constants_in_place():
    def outer():
        yield 1
        def inner(): return "old"
        yield inner
    def other():
        def inner(): return "new"
    old = next(c for c in outer.__code__.co_consts if isinstance(c, types.CodeType))
    new = next(c for c in other.__code__.co_consts if isinstance(c, types.CodeType))
    index = outer.__code__.co_consts.index(old)
    running = outer()
    next(running)                                     # the frame runs the old outer code already
    counts = sys.getrefcount(old), sys.getrefcount(new)
    check(driver.commit([("constant", outer.__code__, index, old, new)]), None)
    check((sys.getrefcount(old), sys.getrefcount(new)), (counts[0] - 1, counts[1] + 1))
    check(next(running)(), "new")
    check(driver.commit([("constant", outer.__code__, index, old, new)])[:2], ("changed", 0))
    driver.commit_and_undo([("constant", outer.__code__, index, new, old)], lambda: check(outer.__code__.co_consts[index] is old, True))
    check(outer.__code__.co_consts[index] is new, True)
    hash(outer.__code__)
    check(driver.commit([("constant", outer.__code__, 99, old, new)])[0], "refused")


SHIFTED = '''def f(x):
    try:
        return [y
                for y in range(x)
                if (lambda z:
                    z + 1)(y)]
    finally:
        class C:
            def m(self): return 1 / 0
'''


def codes_of(code):
    yield code
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from codes_of(constant)


def same_positions(a, b):
    for one, two in zip(codes_of(a), codes_of(b)):
        check((one.co_name, one.co_firstlineno), (two.co_name, two.co_firstlineno))
        for name in ("co_lines", "co_positions"):
            if hasattr(one, name):
                check(list(getattr(one, name)()), list(getattr(two, name)()))
        import dis
        check(list(dis.findlinestarts(one)), list(dis.findlinestarts(two)))


def lines_in_place():
    for shift in (3, 300, 70_000):
        live = compile(SHIFTED, "shifted.py", "exec")
        fresh = compile("\n" * shift + SHIFTED, "shifted.py", "exec")
        moved = {id(code): code for code in codes_of(live)}.values()
        swaps = [("line", code, code.co_firstlineno, code.co_firstlineno + shift) for code in moved if code is not live]
        check(driver.commit(swaps), None)
        for one, two in zip(live.co_consts, fresh.co_consts):
            if isinstance(one, types.CodeType):
                same_positions(one, two)
        check(driver.commit(swaps)[:2], ("changed", 0))


def lines_of_traced_and_suspended_code():
    namespace = {}
    exec(compile("def g():\n    yield 1\n    yield 2\n    1 / 0\n", "g.py", "exec"), namespace)
    g = namespace["g"]
    seen = []
    def trace(frame, event, argument):
        if frame.f_code is g.__code__ and event == "line":
            seen.append(frame.f_lineno)
        return trace
    sys.settrace(trace)
    list(zip(range(2), g()))                          # caches of the tracer are filled
    sys.settrace(None)
    check(seen[:2], [2, 3])
    suspended = g()
    next(suspended)
    check(driver.commit([("line", g.__code__, 1, 101)]), None)
    check(suspended.gi_frame.f_lineno, 102)
    next(suspended)
    try:
        next(suspended)
    except ZeroDivisionError as error:
        check(error.__traceback__.tb_next.tb_lineno, 104)
    seen.clear()
    sys.settrace(trace)
    list(zip(range(2), g()))
    sys.settrace(None)
    check(seen[:2], [102, 103])
    check(driver.commit([("line", g.__code__, 101, 40_001)]), None)
    seen.clear()
    sys.settrace(trace)
    list(zip(range(2), g()))
    sys.settrace(None)
    check(seen[:2], [40_002, 40_003])
    check(driver.commit([("line", g.__code__, 40_001, 1)]), None)
    for _ in range(2):
        seen.clear()
        sys.settrace(trace)
        list(zip(range(2), g()))
        sys.settrace(None)
        check(seen[:2], [2, 3])


def attributes_and_entries():
    def f(a=1): "doc"
    defaults = f.__defaults__
    check(driver.commit([("attribute", f, "__defaults__", defaults, (2,)),
                         ("attribute", f, "__kwdefaults__", ABSENT, {"k": 1}),
                         ("attribute", f, "__doc__", "doc", ABSENT),
                         ("attribute", f, "mark", ABSENT, 5)]), None)
    check((f.__defaults__, f.__kwdefaults__, f.__doc__, f.mark), ((2,), {"k": 1}, None, 5))
    check(driver.commit([("attribute", f, "mark", 5, ABSENT)]), None)
    check(hasattr(f, "mark"), False)
    check(driver.commit([("attribute", f, "__doc__", None, "x")]), None)
    namespace = {"a": 1}
    driver.commit_and_undo([("entry", namespace, "a", 1, ABSENT), ("entry", namespace, "b", ABSENT, 2)],
                           lambda: check(namespace, {"b": 2}))
    check(namespace, {"a": 1})
    items = [1, f]
    check(driver.commit([("item", items, 1, f, check)]), None)
    check(items[1] is check, True)
    cell = (lambda: items).__closure__[0]
    check(driver.commit([("cell", cell, items, ABSENT)]), None)
    check(driver.commit([("cell", cell, ABSENT, 9)]), None)
    check(cell.cell_contents, 9)


def class_attributes_pass_the_metaclass():
    class Meta(type):
        def __setattr__(cls, name, value): raise RuntimeError("not so")
    class A(metaclass=Meta):
        x = 1
    class B(A): pass
    check(driver.commit([("class", A, "x", 1, 2), ("class", A, "y", ABSENT, 3)]), None)
    check((B.x, B().y), (2, 3))
    check(driver.commit([("class", A, "y", 3, ABSENT)]), None)
    check(hasattr(A, "y"), False)
    check(driver.commit([("class", B, "x", 2, 5)])[:2], ("changed", 0))    # inherited is not own
    check(driver.commit([("class", int, "x", ABSENT, 5)])[0], "refused")
    class Root: pass
    class Other: pass
    class D(Root): pass
    driver.commit_and_undo([("class", D, "__bases__", D.__bases__, (Other,))], lambda: check(D.__mro__[1], Other))
    check(D.__mro__[1], Root)


def every_fault_leaves_all_as_before():
    def f(a=1): return "f"
    def g(a=2): return "g"
    def k(): return "k"
    def make():
        x = 1
        def h(): return x
        return h
    class C: a = 1
    h, namespace, items = make(), {"n": 1}, [0]
    code, closure = f.__code__, h.__closure__
    swaps = [
        ("attribute", f, "__defaults__", f.__defaults__, (5,)),
        ("code", f, f.__code__, g.__code__),
        ("closure", h, closure, ABSENT),
        ("code", h, h.__code__, k.__code__),
        ("class", C, "a", 1, ABSENT),
        ("entry", namespace, "n", 1, 2),
        ("item", items, 0, 0, 1),
        ("cell", closure[0], 1, ABSENT),
        ("line", code, code.co_firstlineno, 77),
    ]
    first = code.co_firstlineno
    state = lambda: (f(), f.__defaults__, f.__code__ is code, h(), h.__closure__ is closure, C.a, namespace, items, code.co_firstlineno)
    before = state()
    for index in range(len(swaps)):
        check(driver.commit(swaps, index), ("injected", index, ""))
        check(state(), before)
    driver.commit_and_undo(swaps, lambda: check((f(), h(), namespace["n"], code.co_firstlineno), ("g", "k", 2, 77)))
    check(state(), before)


def the_collector_is_left_as_it_was():
    def f(): pass
    def g(): pass
    gc.disable()
    driver.commit([("code", f, f.__code__, g.__code__)])
    check(gc.isenabled(), False)
    gc.enable()
    driver.commit([("code", f, f.__code__, g.__code__)])
    check(gc.isenabled(), True)


def references_are_balanced():
    def f(): pass
    def g(): pass
    one, two = f.__code__, g.__code__
    def round_trip():
        driver.commit([("code", f, one, two)])
        driver.commit([("code", f, two, one)])
        driver.commit_and_undo([("attribute", f, "__defaults__", ABSENT, (1,))], lambda: None)
        driver.commit([("code", f, one, two)], 0)
    round_trip()
    counts = [sys.getrefcount(x) for x in (f, g, one, two, None, ())]
    for _ in range(50):
        round_trip()
    after = [sys.getrefcount(x) for x in (f, g, one, two)]
    check(after, counts[:4])


def busy_threads_survive():
    def f(x): return x + 1
    def plus(x): return x + 1
    def times(x): return sum(y for y in (x, 1))
    def generator(x): return next(iter([x + 1]))
    stop, wrong, calls = [], [], [0] * 4
    class C:
        method = f
    bound = C.method
    def busy(n):
        while not stop:
            if bound(1) != 2 or f(2) != 3:
                wrong.append(n)
            calls[n] += 1
    threads = [threading.Thread(target=busy, args=(n,)) for n in range(4)]
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    for thread in threads: thread.start()
    seconds = driver.swap_in_thread(f, [plus, times, generator], 5000)
    stop.append(1)
    for thread in threads: thread.join()
    sys.setswitchinterval(interval)
    check(wrong, [])
    assert min(calls) > 0, calls
    print(f"  5000 swaps beside 4 busy threads: {seconds:.2f} s, {sum(calls)} calls")


def a_veto_takes_all_back():
    def f(): return "f"
    def g(): return "g"
    def h(): return "h"
    vetoed = [0, None]
    def hook(event, arguments):
        if event == "object.__setattr__" and arguments[1] == "__code__" and vetoed[1] is not None:
            vetoed[0] += 1
            if vetoed[0] > vetoed[1]:                 # and every later one, those of the undo included
                raise PermissionError("vetoed")
    sys.addaudithook(hook)
    one, two = f.__code__, g.__code__
    vetoed[1] = 1
    answer = driver.commit([("code", f, one, h.__code__), ("code", g, two, h.__code__)])
    vetoed[1] = None
    check(answer, ("refused", 1, "PermissionError: vetoed"))
    check((f.__code__ is one, g.__code__ is two, f(), g()), (True, True, "f", "g"))


for name, test in list(globals().items()):
    if isinstance(test, types.FunctionType) and test.__code__.co_argcount == 0 and test.__module__ == "__main__":
        try:
            test()
        except BaseException:
            print("FAILED", name)
            raise
print("ok")
