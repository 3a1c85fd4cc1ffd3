"""Downloads releases as wheels and unpacks them: `fetch.py FOLDER NAME VERSION...`.

`FOLDER/NAME/VERSION` is what the wheel would put on the search path. What is there already is not asked for again, so
that only the first run needs a network.
"""
import pathlib
import subprocess
import sys
import tempfile
import zipfile


def fetch(folder, name, version):
    unpacked = folder / name / version
    if unpacked.is_dir():
        return
    with tempfile.TemporaryDirectory() as download:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps",
                   "--only-binary", ":all:", "--dest", download, f"{name}=={version}"]
        subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
        (wheel,) = pathlib.Path(download).glob("*.whl")
        # Another run that is stopped halfway must not leave a folder that looks complete.
        partial = unpacked.with_name(f"{version}.partial")
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(partial)
        partial.rename(unpacked)


if __name__ == "__main__":
    for version in sys.argv[3:]:
        fetch(pathlib.Path(sys.argv[1]), sys.argv[2], version)
