"""Import and start-up beside the original's, in one run: `times.py ORIGINAL OURS`, the Pythons of two environments.

Prints a table in milliseconds, and ends with 1 where ours is not the quicker one. Rounds are interleaved, since the
speed of a machine changes from minute to minute; the quickest of each counts.
"""
import os
import pathlib
import subprocess
import sys
import tempfile
import time

ROUNDS = 15
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "JURIGGED_"))}

MEASURES = {
    "plain python": ["-c", "pass"],
    "import jurigged": ["-c", "import jurigged"],
    "python -m jurigged app.py": ["-m", "jurigged", "app.py"],
}


def once(python, arguments, folder):
    start = time.perf_counter()
    subprocess.run([python, *arguments], cwd=folder, env=ENVIRONMENT, check=True)
    return (time.perf_counter() - start) * 1000


def main():
    pythons = dict(zip(("original", "ours"), sys.argv[1:]))
    times = {(measure, who): [] for measure in MEASURES for who in pythons}
    with tempfile.TemporaryDirectory() as folder:
        pathlib.Path(folder, "app.py").write_text("pass\n")
        for _ in range(ROUNDS):
            for measure, arguments in MEASURES.items():
                for who, python in pythons.items():
                    times[measure, who].append(once(python, arguments, folder))
    print("| ms | original | ours |\n|---|---|---|")
    for measure in MEASURES:
        print(f"| {measure} | {min(times[measure, 'original']):.1f} | {min(times[measure, 'ours']):.1f} |")
    measured = list(MEASURES)[1:]
    return any(min(times[measure, "ours"]) >= min(times[measure, "original"]) for measure in measured)


if __name__ == "__main__":
    sys.exit(main())
