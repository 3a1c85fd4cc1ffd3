"""Downloads the source distribution of a release and unpacks it: `fetch.py FOLDER NAME==VERSION`; prints where it is.

What is there already is not asked for again, so that only the first run needs a network.
"""

import pathlib
import shutil
import subprocess
import sys
import tarfile
import tempfile


def fetch(folder, requirement):
    unpacked = folder / requirement.replace("==", "-")
    if not unpacked.is_dir():
        with tempfile.TemporaryDirectory() as download:
            command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
            # Its build requirements may come as wheels: pip asks the build backend for the metadata.
            command += ["--no-binary", requirement.partition("==")[0], "--dest", download, requirement]
            subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
            (archive,) = pathlib.Path(download).glob("*.tar.gz")
            with tarfile.open(archive) as opened:
                opened.extractall(download, filter="data")
            folder.mkdir(parents=True, exist_ok=True)
            shutil.move(str(pathlib.Path(download) / unpacked.name), unpacked)
    return unpacked


if __name__ == "__main__":
    print(fetch(pathlib.Path(sys.argv[1]), sys.argv[2]))
