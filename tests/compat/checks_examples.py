"""The examples of the original's documentation, as they stand there."""

from kit import check


@check("examples: recoders")
def recoders(case):
    text = """
        from jurigged import make_recoder


        def f(x):
            return x * x


        seen = [f(2)]
        """
    module = case.module(text)
    make_recoder, f, seen = module.make_recoder, module.f, module.seen
    # Change the behavior of the function, but not in the original file
    recoder = make_recoder(f)
    recoder.patch("def f(x): return x * x * x")
    seen += [f(2), "x * x * x" in case.text()]
    # Revert changes
    recoder.revert()
    seen += [f(2)]
    # OR: write the patch to the original file itself
    recoder.patch("def f(x): return x * x * x")
    recoder.commit()
    return [*seen, f(2), case.text()]


@check("examples: revert goes to the last commit")
def revert(case):
    from jurigged import make_recoder

    module = case.module("def f(x):\n    return x * x\n")
    recoder = make_recoder(module.f)
    recoder.patch("def f(x): return x * x * x")
    recoder.commit()
    recoder.patch("def f(x): return -x")
    seen = [module.f(2)]
    recoder.revert()
    return [*seen, module.f(2)]


@check("examples: imports and helpers by patch_module")
def helpers(case):
    from jurigged import make_recoder

    module = case.module("def f(x):\n    return x * x\n")
    recoder = make_recoder(module.f)
    recoder.patch_module("import math\n\ndef helper(x):\n    return math.sqrt(x)\n\ndef f(x):\n    return helper(x)\n")
    return module.f(16)


@check("examples: watch()")
def watch(case):
    import os

    import jurigged

    os.chdir(case.folder)
    case.at_end(lambda: os.chdir("/"))
    watcher = jurigged.watch()
    case.at_end(watcher.stop)
    module = case.module("def f():\n    return 1\n")
    held = module.f
    case.save("def f():\n    return 2\n")
    return [case.wait(lambda: held() == 2), module.f is held]


@check("examples: watch of one file")
def watch_file(case):
    import os

    import jurigged

    os.chdir(case.folder)
    case.at_end(lambda: os.chdir("/"))
    watcher = jurigged.watch(f"{case.name}.py")
    case.at_end(watcher.stop)
    module = case.module("def f():\n    return 1\n")
    case.save("def f():\n    return 2\n")
    return case.wait(lambda: module.f() == 2)


@check("examples: Custom, with __conform__ and the code in a slot")
def custom(case):
    text = """
        import types

        done = []


        def do_something(code):
            done.append(code.co_name)


        class Custom:
            __slots__ = ("code", "transformed_fn")

            def __init__(self, transformed_fn, code):
                self.code = code
                self.transformed_fn = transformed_fn

            def __conform__(self, new_code):
                if new_code is None:
                    done.append(None)
                    return

                if isinstance(new_code, types.FunctionType):
                    new_code = new_code.__code__

                do_something(new_code)
                self.code = new_code


        def orig_fn():
            return 1


        def transformed_fn():
            return 2


        transformed_fn.somefield = Custom(transformed_fn, orig_fn.__code__)
        """
    module = case.module(text)
    case.save(case.text().replace("return 1", "return 10"))
    case_file = case.codefile(module)
    from jurigged import CodeFile

    del case_file
    first = CodeFile(case.path, case.name, source=case.text().replace("return 10", "return 1"))
    first.associate(module)
    first.refresh()
    return [module.orig_fn(), module.done, module.transformed_fn.somefield.code is module.orig_fn.__code__]
