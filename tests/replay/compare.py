"""Compares a process that was edited with one that started from the edited files.

Every fact that differs is a failure of some columns:

- `edits`: a definition on its path has another text than before, so that an edit explains it;
- `behaviour`: anything but positions, documentation and annotations;
- `facts`: any fact;
- `positions`: line and column tables of code that is otherwise that of a fresh process: other code has other ones, and
  is a failure of `behaviour`;
- `held`: a reference from before the edit that is not what a fresh process has under its name;
- `state`: a module-level object was made anew although the statement that made it is the same, and the value that a
  fresh process has, too;
- `unchanged`: a fact that the edit does not change was right before it.
"""
import ast
import re

COLUMNS = ("edits", "behaviour", "facts", "held", "positions", "state", "unchanged")
DOCUMENTATION = {"doc", "annotations", "positions", "file"}
CODE = ("bytecode", "constants", "names", "free variables", "flags")


class Texts:
    """What the files say about each name: the dumps of all definitions and statements that bind it."""

    def __init__(self, files):
        self.of_path = {}
        self.imports = set()
        for module, source in files.items():
            try:
                tree = ast.parse(source)
            except SyntaxError:
                continue
            self.scan(tree.body, module, ":", "")

    def scan(self, body, prefix, joint, around):
        for node in body:
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                self.add(prefix + joint + node.name, around + ast.dump(node))
            elif isinstance(node, ast.ClassDef):
                header = ast.ClassDef(node.name, node.bases, node.keywords, [], node.decorator_list,
                                      getattr(node, "type_params", []))
                doc = ast.get_docstring(node)
                path = prefix + joint + node.name
                self.add(path, around + ast.dump(header) + repr(doc))
                self.add(path + ".__doc__", repr(doc))
                self.scan(node.body, path, ".", around)
            else:
                self.statement(node, prefix, joint, around)

    def statement(self, node, prefix, joint, around):
        blocks = [field for field in ("body", "orelse", "finalbody", "handlers", "cases") if getattr(node, field, None)]
        if blocks and not isinstance(node, ast.Expr):
            header = type(node).__name__ + "".join(
                ast.dump(value) for name, value in ast.iter_fields(node)
                if name not in blocks and isinstance(value, ast.AST))
            for field in blocks:
                for part in getattr(node, field):
                    if isinstance(part, (ast.ExceptHandler, ast.match_case)):
                        self.scan(part.body, prefix, joint, around + header + field)
                    else:
                        self.scan([part], prefix, joint, around + header + field)
        dump = around + ast.dump(node)
        for inner in ast.walk(node):
            if isinstance(inner, ast.Name) and not isinstance(inner.ctx, ast.Load):
                self.add(prefix + joint + inner.id, dump)
            elif isinstance(inner, ast.alias):
                name = (inner.asname or inner.name.partition(".")[0])
                self.add(prefix + joint + name, dump)
                self.imports.add(prefix + joint + name)

    def add(self, path, dump):
        self.of_path.setdefault(path, []).append(dump)


def prefixes(path):
    """`m:C.f.fget` -> `m:C`, `m:C.f`, `m:C.f.fget`."""
    path = path.partition("/")[0]
    module, _, names = path.partition(":")
    parts = re.split(r"\.(?![^<]*>)", names)
    for count in range(1, len(parts) + 1):
        yield f"{module}:{'.'.join(parts[:count])}"


class Edit:
    """The old and the new text of a package."""

    def __init__(self, old_files, new_files):
        self.old, self.new = Texts(old_files), Texts(new_files)

    def explains(self, path, kind):
        return any(self.old.of_path.get(prefix) != self.new.of_path.get(prefix) for prefix in prefixes(path))

    def is_same_statement(self, path):
        old, new = self.old.of_path.get(path), self.new.of_path.get(path)
        return old is not None and old == new and path not in self.new.imports


def compare(before, live, fresh, edit, excused):
    """Failures by column, each `(path, kind, is now, fresh)`; and how much was compared.

    `excused`: paths of classes that were refused for a reason that the contract names (the layout of slots, fields of
    live tuples), and of what statements bind that need them; they, what is in them, and that they are bases of others
    are no failure.
    """
    def is_excused(path):
        return any(path == one or path.startswith(one + ".") for one in excused)

    def is_mro_of_excused(key, value):
        return key.endswith("\tmro") and any(f"<class {one}>" in str(value) for one in excused)

    failures = {column: [] for column in COLUMNS}
    counts = {"facts": len(fresh["facts"]), "held": 0, "positions": 0, "state": 0}
    was, now, wanted = before["facts"], live["facts"], fresh["facts"]
    for key in sorted(set(now) | set(wanted)):
        path, _, kind = key.partition("\t")
        counts["positions"] += kind == "positions"
        # A module that no file makes any more is unloaded by no one.
        if now.get(key) == wanted.get(key) or is_orphaned(path, wanted) or is_excused(path):
            continue
        if is_mro_of_excused(key, wanted.get(key)):
            continue
        if kind == "subclasses" and living(now.get(key), wanted) == living(wanted.get(key), wanted):
            continue
        failure = (path, kind, now.get(key), wanted.get(key))
        failures["facts"].append(failure)
        if kind not in DOCUMENTATION:
            failures["behaviour"].append(failure)
        if kind == "positions" and all(now.get(f"{path}\t{part}") == wanted.get(f"{path}\t{part}") for part in CODE):
            failures["positions"].append(failure)
        if edit.explains(path, kind):
            failures["edits"].append(failure)
        if was.get(key) == wanted.get(key):
            failures["unchanged"].append(failure)
    below = facts_below(wanted)
    for name, facts in live["held"].items():
        path = name.partition(" ")[0]
        own = f"{path}\tname"
        # Deleted, or something else by now: there is nothing to follow.
        if own not in wanted or (f"{path}\tmro" in wanted) != (f"{path}\tmro" in was) or is_excused(path):
            continue
        counts["held"] += 1
        facts = now if facts is None else facts
        of_fresh = {key: value for key, value in below.get(path, {}).items() if not is_mro_of_excused(key, value)}
        wrong = first_difference(facts, of_fresh, path)
        if wrong:
            failures["held"].append((name, *wrong))
    codes = codes_by_name(wanted)
    for name, facts in live["closures"]:
        candidates = codes.get(name)
        if candidates is None:
            continue
        counts["held"] += 1
        own = {key.partition("\t")[2]: value for key, value in facts.items() if key.startswith("\t")}
        if not any(all(wanted.get(f"{path}\t{kind}") == value for kind, value in own.items()) for path in candidates):
            path = candidates[0]
            kind = next(kind for kind, value in own.items() if wanted.get(f"{path}\t{kind}") != value)
            failures["held"].append((f"{name} (closure)", kind, own[kind], wanted.get(f"{path}\t{kind}")))
    for path, is_same in live["state"].items():
        if edit.is_same_statement(path) and was.get(f"{path}\tvalue") == wanted.get(f"{path}\tvalue"):
            counts["state"] += 1
            if not is_same:
                failures["state"].append((path, "identity", "another object", "the same object"))
    return failures, counts


def living(subclasses, wanted):
    """Without those that have no name any more: a program that holds a deleted class keeps it in this list."""
    return subclasses and [name for name in ast.literal_eval(subclasses) if f"{name}\tmro" in wanted]


def is_orphaned(path, wanted):
    module = path.partition(":")[0]
    return not any(key.startswith(module + ":") for key in wanted)


def facts_below(wanted):
    """For each path, the facts of it and of what stands in it: looking through all facts for each is quadratic."""
    below = {}
    for key, value in wanted.items():
        path = key.partition("\t")[0]
        for end in (*(at.start() for at in re.finditer(r"[./]", path)), len(path)):
            below.setdefault(path[:end], {})[key] = value
    return below


def first_difference(facts, wanted, path):
    """What makes a held object other than the one under its name; subclasses are facts of the program, not of it."""
    for key, value in wanted.items():
        fact_path, _, kind = key.partition("\t")
        if kind != "subclasses" and facts.get(key) != value:
            return f"{fact_path[len(path):]} {kind}".strip(), facts.get(key), value
    return None


def codes_by_name(wanted):
    """Nested code objects by `module:qualified.name`."""
    found = {}
    for key, value in wanted.items():
        path, _, kind = key.partition("\t")
        if kind == "names" and "/" in path:
            qualname = ast.literal_eval(value)[1]
            found.setdefault(f"{path.partition(':')[0]}:{qualname}", []).append(path)
    return found
