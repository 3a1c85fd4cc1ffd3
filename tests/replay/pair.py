"""Replays one pair of releases with one tool; prints what was right as JSON.

`pair.py FOLDER OLD NEW TOOL PYTHON COMMAND TOP...`: `FOLDER/OLD` and `FOLDER/NEW` are the unpacked releases, TOOL is
`jurigged` (COMMAND is its executable), the same with a setting behind it (see SETTINGS), `original`, `autoreload` or
`nothing`, PYTHON has what the package needs.
"""
import ast
import hashlib
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from compare import Edit, compare  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
PATIENCE = 60

# What is in the jurigged.toml of a tool; where there is none, everything has its default.
SETTINGS = {"jurigged": None, "jurigged, blocks and stale = run": '[patch]\nblocks = "run"\nstale = "run"\n'}

# Characters of a value that are shown.
EXAMPLES = 300


class Process:
    """A `program.py` that is spoken to."""

    def __init__(self, command, folder, tops, tool):
        self.log = []
        self.answered = []
        self.changed = threading.Condition()
        environment = {name: value for name, value in os.environ.items()
                       if not name.startswith(("PYTHON", "JURIGGED_", "VIRTUAL_ENV", "CONDA"))}
        environment.update(PYTHONPATH=str(folder), PYTHONDONTWRITEBYTECODE="1", PYTHONHASHSEED="0", NO_COLOR="1")
        self.child = subprocess.Popen([*command, str(HERE / "program.py"), tool, str(folder), *tops], cwd=folder,
                                      env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                      stderr=subprocess.PIPE, text=True)
        self.errors = []
        for pipe in (self.child.stdout, self.child.stderr):
            threading.Thread(target=self.read, args=(pipe,), daemon=True).start()

    def read(self, pipe):
        for line in pipe:
            with self.changed:
                if line.startswith("\x1e"):
                    self.answered.append(json.loads(line[1:]))
                elif line.startswith("{"):
                    self.log.append(json.loads(line))
                else:
                    self.errors.append(line)
                self.changed.notify_all()
        with self.changed:
            self.errors.append("")
            self.changed.notify_all()

    def wait_for(self, what, condition):
        end = time.monotonic() + PATIENCE
        with self.changed:
            while not condition():
                if self.child.poll() is not None and not condition():
                    raise Failed(f"the program ended before {what}: {''.join(self.errors)[-2000:]}")
                if not self.changed.wait(min(1, max(0, end - time.monotonic()))) and time.monotonic() >= end:
                    raise Failed(f"waited {PATIENCE} s for {what}: {''.join(self.errors)[-2000:]}")

    def ask(self, command):
        before = len(self.answered)
        self.child.stdin.write(json.dumps(command) + "\n")
        self.child.stdin.flush()
        self.wait_for("an answer", lambda: len(self.answered) > before)
        return self.answered[-1]

    def look(self):
        with tempfile.NamedTemporaryFile("r", encoding="utf-8", suffix=".json") as file:
            self.ask({"look": file.name})
            return json.load(file)

    def end(self):
        self.child.kill()
        self.child.wait()


class Failed(Exception):
    """The replay itself could not be carried out."""


def python_files(folder, tops):
    found = {}
    for top in tops:
        at = folder / top
        paths = at.rglob("*") if at.is_dir() else [at.with_suffix(".py")]
        for path in paths:
            if path.is_file() and path.suffix == ".py":
                found[str(path.relative_to(folder))] = path.read_bytes()
    return found


def module_name(file):
    parts = pathlib.PurePath(file).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def save(project, old, new):
    """All at once, as a checkout does: written beside, then renamed; gives what changed."""
    changed = []
    for file, text in new.items():
        if old.get(file) != text:
            path = project / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.with_name(path.name + ".staged~").write_bytes(text)
            changed.append(file)
    for file in changed:
        path = project / file
        os.rename(path.with_name(path.name + ".staged~"), path)
    for file in old.keys() - new.keys():
        os.remove(project / file)
    return changed


def fresh(folder, version, tops, names, python):
    """The oracle, kept from run to run: it depends on the release, the Python and the modules that are imported."""
    version_of_scripts = b"".join((HERE / name).read_bytes() for name in ("facts.py", "program.py"))
    key = hashlib.sha1(json.dumps([version, names, str(python)]).encode() + version_of_scripts).hexdigest()[:20]
    kept = folder / "fresh" / f"{key}.json"
    if kept.is_file():
        return json.loads(kept.read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory(prefix="replay-") as scratch:
        project = pathlib.Path(scratch).resolve() / "project"
        project.mkdir()
        save(project, {}, python_files(folder / version, tops))
        process = Process([python], project, tops, "nothing")
        try:
            process.ask(names)
            result = process.look()
        finally:
            process.end()
    kept.parent.mkdir(exist_ok=True)
    partial = kept.with_suffix(f".{os.getpid()}")
    partial.write_text(json.dumps(result), encoding="utf-8")
    partial.rename(kept)
    return result


def replay(folder, old_version, new_version, tool, python, command, tops):
    old, new = python_files(folder / old_version, tops), python_files(folder / new_version, tops)
    if not old or not new:
        raise Failed(f"a release is not in {folder}")
    with tempfile.TemporaryDirectory(prefix="replay-") as scratch:
        project = pathlib.Path(scratch).resolve() / "project"
        project.mkdir()
        save(project, {}, old)
        start = [python]
        if tool in SETTINGS:
            start = [command, "--python", python, "-v", "--log-format", "json", "-w", f"{project}/**/*.py"]
            if SETTINGS[tool]:
                settings = pathlib.Path(scratch, "jurigged.toml")
                settings.write_text(SETTINGS[tool], encoding="utf-8")
                start += ["--config", str(settings)]
        process = Process(start, project, tops, tool)
        try:
            imported = process.ask([])
            before = process.look()
            # The burst arrives whole, as on an idle machine: where this process loses its processor between two files, the
            # other one would see two saves.
            process.child.send_signal(signal.SIGSTOP)
            try:
                changed = save(project, old, new)
            finally:
                process.child.send_signal(signal.SIGCONT)
            diagnostics = told(process, tool, project, imported["names"], changed, old)
            if old.keys() - new.keys():
                # A module that follows its file to an empty one waits until that is sure to be empty.
                time.sleep(0.5)
            live = process.look()
        finally:
            process.end()
    names = [name for name in imported["names"] if name in map(module_name, new)]
    if not names:
        raise Failed(f"nothing of the old release can be imported: {imported['failed']}")
    wanted = fresh(folder, new_version, tops, names, python)
    edit = Edit({module_name(file): text for file, text in old.items()},
                {module_name(file): text for file, text in new.items()})
    excused = refused_classes(diagnostics, project)
    excused += needing(diagnostics, project, excused, new)
    failures, counts = compare(before, live, wanted, edit, excused)
    return {
        "failures": {column: [shown(failure) for failure in found] for column, found in failures.items()},
        "counts": counts,
        "diagnostics": diagnostics,
    }


def told(process, tool, project, names, changed, old):
    """Waits until the tool has answered for every changed file that is loaded; gives what it did not do."""
    if tool not in SETTINGS:
        said = process.ask({"reload": [str(project / file) for file in sorted(changed) if file in old]})["said"]
        return [{"code": "said", "severity": "error", "message": line} for line in said if "Error" in line]
    waited = {str(project / file) for file in changed if file in old and module_name(file) in names}

    def reports():
        return [line for line in process.log if line.get("kind") == "report"]

    process.wait_for(f"a report of {sorted(waited)}", lambda: waited <= {file for line in reports() for file in line["files"]})
    return [dict(diagnostic, undone=line.get("undone", False)) for line in reports()
            for diagnostic in line["diagnostics"]]


def text_of(told):
    """All that a diagnostic says; those of other tools have no details."""
    return " ".join([told["message"], *told.get("details", [])])


def refused_classes(diagnostics, project):
    """Paths of the classes that keep their old definition, by what the tool said."""
    found = set()
    for told in diagnostics:
        file = (told.get("place") or {}).get("path", "")
        said = text_of(told)
        is_named = told["code"] in ("cls-fields", "cls-bases") or (
            told["code"] == "cls-decorators" and "`slots` fix the layout" in said)
        if told["severity"] != "error" or not is_named or not file.startswith(str(project)):
            continue
        for name in re.findall(r"(?:layout of|fields of|class) `([\w.]+)`", said):
            found.add(f"{module_name(os.path.relpath(file, project))}:{name}")
    return sorted(found)


def needing(diagnostics, project, refused, files):
    """Paths of what statements bind that were not run because they need one of these classes, by what the tool said.

    Refusing an edit refuses what needs it: a statement that fails for want of a class with another layout of slots is
    refused for that reason, and so is one that needs what the first would have bound.
    """
    found, names = set(), {path.rpartition(":")[2].rpartition(".")[2] for path in refused}
    places = [told for told in diagnostics if told["code"] == "needs" and told.get("place")]
    while True:
        before = len(found)
        for told in places:
            file = os.path.relpath(told["place"]["path"], project)
            needed = re.search(r"it needs `([\w.]+)`", text_of(told))
            if not needed or needed[1] not in names or file not in files:
                continue
            for name in bound_at(files[file], told["place"]["line"]):
                found.add(f"{module_name(file)}:{name}")
                names.add(name)
        found |= imports_of(found, files)
        if len(found) == before:
            return sorted(found)


def imports_of(paths, files):
    """Paths of the names that `from m import name` gives to other modules, of these names."""
    found = set()
    for file, source in files.items():
        module = module_name(file)
        package = module if file.endswith("__init__.py") else module.rpartition(".")[0]
        for node in ast.walk(ast.parse(source)):
            if not isinstance(node, ast.ImportFrom):
                continue
            around = ".".join(package.split(".")[:len(package.split(".")) - node.level + 1]) if node.level else ""
            origin = ".".join(part for part in (around, node.module) if part)
            for name in node.names:
                if f"{origin}:{name.name}" in paths:
                    found.add(f"{module}:{name.asname or name.name}")
    return found


def bound_at(source, line):
    """Names that the statement of a module at this line binds."""
    for statement in ast.parse(source).body:
        if statement.lineno <= line <= statement.end_lineno:
            for node in ast.walk(statement):
                if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                    yield node.id
                elif isinstance(node, ast.alias):
                    yield node.asname or node.name.partition(".")[0]


def shown(failure):
    path, kind, now, wanted = failure
    now, wanted = str(now), str(wanted)
    # From a little before the first difference.
    at = next((at for at, (one, other) in enumerate(zip(now, wanted)) if one != other), min(len(now), len(wanted)))
    start = max(0, at - 60)
    return {"path": path, "kind": kind, "now": now[start:start + EXAMPLES], "fresh": wanted[start:start + EXAMPLES]}


if __name__ == "__main__":
    folder, old_version, new_version, tool, python, command, *tops = sys.argv[1:]
    try:
        result = replay(pathlib.Path(folder), old_version, new_version, tool, python, command, tops)
    except Failed as error:
        result = {"error": str(error)}
    print(json.dumps(result))
