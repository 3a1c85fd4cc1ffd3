"""A long-running program that has imported a whole package and holds on to what it found there.

`program.py TOOL ROOT RESULT TOP...` serves one command a line: `look FILE` writes facts, held references and state,
`reload FILES` hands saved files (a JSON list) to a tool that does not watch by itself, `exit` ends. Without TOOL
(`fresh`) it is the oracle: what a process is that started from the files as they are now.
"""
import gc
import importlib
import json
import os
import pathlib
import sys
import types

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from facts import SKIPPED_NAMES, Facts, target_of  # noqa: E402

IMMUTABLE = (int, float, complex, str, bytes, bool, type(None), type, types.FunctionType, types.BuiltinFunctionType,
             types.ModuleType, types.GenericAlias, type(NotImplemented), type(...))


def submodules(root, tops):
    """All modules that the files of the package make, parents first."""
    for top in tops:
        folder = pathlib.Path(root, top)
        if not folder.is_dir():
            yield top
            continue
        for path in sorted(folder.rglob("*.py")):
            parts = path.relative_to(root).with_suffix("").parts
            if parts[-1] == "__main__":
                continue
            yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def import_all(names):
    """Imports what can be imported; gives the names of what could not, and why."""
    failed = {}
    for name in sorted(names):
        try:
            importlib.import_module(name)
        except BaseException as error:
            failed[name] = f"{type(error).__name__}: {error}"
    return failed


class Holder:
    """References as a long-running program has them, by the path of what they lead to."""

    def __init__(self, facts):
        self.objects = dict(facts.objects)
        self.methods = {}
        self.instances = {}
        for path, cls in facts.objects.items():
            if not isinstance(cls, type):
                continue
            try:
                instance = object.__new__(cls)
            except TypeError:
                continue
            self.instances[path] = instance
            for name, value in vars(cls).items():
                if isinstance(value, types.FunctionType) and f"{path}.{name}" in facts.objects:
                    self.methods[f"{path}.{name}"] = types.MethodType(value, instance)
        known = {id(function) for function in self.objects.values()}
        self.closures = [function for function in gc.get_objects()
                         if isinstance(function, types.FunctionType) and facts.is_ours(function.__module__)
                         and "<locals>" in function.__qualname__ and id(function) not in known]
        self.closure_names = [target_of(function) for function in self.closures]

    def look(self, facts):
        """For each held reference, whether it is what its name leads to now, else its own facts."""
        held = {}
        for path, value in self.objects.items():
            held[path] = None if facts.objects.get(path) is value else own_facts(facts, path, value)
        for path, method in self.methods.items():
            now = facts.objects.get(path)
            held[f"{path} (bound)"] = None if method.__func__ is now else own_facts(facts, path, method.__func__)
        for path, instance in self.instances.items():
            now, cls = facts.objects.get(path), type(instance)
            held[f"{path} (instance)"] = None if cls is now else own_facts(facts, path, cls)
        return held

    def look_at_closures(self, facts):
        closures = []
        for name, function in zip(self.closure_names, self.closures):
            own = Facts(facts.root, facts.tops)
            own.code("", function.__code__)
            closures.append((name, own.found))
        return closures


def own_facts(facts, path, value):
    own = Facts(facts.root, facts.tops)
    value = forwarded(value)
    if facts.objects.get(path) is value or not isinstance(value, (types.FunctionType, type)):
        return None
    (own.a_class if isinstance(value, type) else own.function)(path, value)
    return own.found


def forwarded(value):
    """What a held function forwards to: whoever calls it calls that."""
    while isinstance(value, types.FunctionType) and value.__code__.co_filename.startswith("<jurigged: forwards"):
        value = value.__closure__[0].cell_contents
        if isinstance(value, (staticmethod, classmethod)):
            value = value.__func__
    return value


def states(facts):
    """Module-level values that have an identity worth keeping."""
    return {f"{name}:{key}": value
            for name, module in sorted(sys.modules.items()) if facts.is_ours(name) and hasattr(module, "__dict__")
            for key, value in list(vars(module).items())
            if key not in SKIPPED_NAMES and not key.startswith("__")
            and not isinstance(value, IMMUTABLE)}


class Tool:
    """A tool that is told when to reload."""

    def __init__(self, name, root):
        self.name = name
        if name == "original":
            import jurigged

            self.watcher = jurigged.watch(f"{root}/**/*.py", autostart=False, logger=self.log)
        self.said = []

    def log(self, event):
        self.said.append(str(event))

    def imported(self):
        if self.name == "autoreload":
            from IPython.extensions.autoreload import ModuleReloader

            try:
                self.reloader = ModuleReloader()
            except TypeError:
                self.reloader = ModuleReloader(shell=None)
            self.reloader.enabled = True
            self.reloader.check(check_all=True)

    def reload(self, files):
        if self.name == "autoreload":
            self.reloader.check(check_all=True)
        elif self.name == "original":
            from jurigged.register import registry

            for file in files:
                try:
                    # What its watcher does for a changed file, without the events that it loses.
                    registry.get(file).refresh()
                except BaseException as error:
                    self.said.append(f"{file}: {type(error).__name__}: {error}")


def main():
    tool_name, root, *tops = sys.argv[1:]
    tool = Tool(tool_name, root)
    names = json.loads(sys.stdin.readline()) or list(submodules(root, tops))
    failed = import_all(names)
    tool.imported()
    first = Facts(root, tops).of_program()
    holder = Holder(first)
    state = states(first)
    answer({"names": [name for name in names if name not in failed], "failed": failed})
    for line in sys.stdin:
        command = json.loads(line)
        if "reload" in command:
            tool.reload(command["reload"])
            answer({"said": tool.said})
            continue
        gc.collect()
        facts = Facts(root, tops).of_program()
        now = states(facts)
        result = {
            "facts": facts.found,
            "held": holder.look(facts),
            "closures": holder.look_at_closures(facts),
            "state": {path: path in now and now[path] is value for path, value in state.items()},
        }
        with open(command["look"], "w", encoding="utf-8", errors="backslashreplace") as file:
            json.dump(result, file)
        answer({})


def answer(value):
    sys.stdout.flush()
    os.write(1, ("\x1e" + json.dumps(value) + "\n").encode())


if __name__ == "__main__":
    main()
