"""Uses the installed package as its users do: `check.py`, run by an environment that has jurigged and nothing else.

Prints what differs from what is expected, and ends with 1 then.
"""
import importlib.metadata
import os
import pathlib
import subprocess
import sys
import tempfile
import threading
import time

PATIENCE = 60

# How long `import jurigged` may take, in seconds.
IMPORT_WITHIN = 0.015

PROGRAM = """\
import functools, sys
{start}

@functools.lru_cache
def price(item):
    return len(item) * 10

for line in sys.stdin:
    print(price("tea"), flush=True)
"""

PLUGINS = ["functools", "numba", "numpy"]

ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "JURIGGED_"))}
COMMAND = os.path.join(os.path.dirname(sys.executable), "jurigged")


def edited_while_it_runs(command, start=""):
    """The cached function is edited; its next call must give the new result, not the old one nor a cached one."""
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder, "app.py")
        text = PROGRAM.format(start=start)
        file.write_text(text)
        process = subprocess.Popen([*command, "app.py"], cwd=folder, env=ENVIRONMENT, text=True, stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        overdue = threading.Timer(PATIENCE, process.kill)
        overdue.start()
        try:
            seen = [ask(process)]
            beside = pathlib.Path(folder, "app.py~")
            beside.write_text(text.replace("* 10", "* 11"))
            beside.replace(file)
            while seen[-1] == seen[0]:
                time.sleep(0.01)
                seen.append(ask(process))
            rest, errors = process.communicate()
        finally:
            overdue.cancel()
            process.kill()
        found = (seen[0], seen[-1], process.returncode)
        return [] if found == ("30", "33", 0) else [f"{command}: {found}, not 30, then 33, then 0; stderr: {errors}"]


def ask(process):
    try:
        process.stdin.write("\n")
        process.stdin.flush()
    except BrokenPipeError:
        pass
    return process.stdout.readline().strip()


def plugins_are_found():
    listed = subprocess.run([COMMAND, "plugin", "list"], env=ENVIRONMENT, text=True, capture_output=True)
    rows = [line.split() for line in listed.stdout.splitlines()]
    found = [row[0] for row in rows if "on" in row]
    return [] if found == PLUGINS else [f"`jurigged plugin list` prints {listed.stdout}{listed.stderr}"]


def nothing_else_is_needed():
    needs = [need for need in importlib.metadata.requires("jurigged") or [] if "extra ==" not in need]
    return [f"the package requires {needs}"] if needs else []


def is_imported_quickly():
    timed = "import time; t = time.perf_counter(); import jurigged; print(time.perf_counter() - t)"
    # The quickest of several: what else the machine does is no property of the package.
    times = [float(subprocess.check_output([sys.executable, "-I", "-c", timed], env=ENVIRONMENT)) for _ in range(10)]
    print(f"import jurigged: {min(times) * 1000:.1f} ms")
    return [] if min(times) <= IMPORT_WITHIN else [f"`import jurigged` takes {min(times) * 1000:.1f} ms"]


def says_its_version():
    said = subprocess.check_output([COMMAND, "--version"], env=ENVIRONMENT, text=True)
    version = importlib.metadata.version("jurigged")
    return [] if said == f"jurigged {version}\n" else [f"`jurigged --version` says {said}, the package {version}"]


def main():
    problems = [
        *edited_while_it_runs([COMMAND]),
        *edited_while_it_runs([sys.executable, "-m", "jurigged"]),
        *edited_while_it_runs([sys.executable], "import jurigged; jurigged.watch('app.py', logger=None)"),
        *plugins_are_found(),
        *nothing_else_is_needed(),
        *is_imported_quickly(),
        *says_its_version(),
    ]
    print("\n".join(problems))
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main())
