"""The build backend of ``pip install .``: maturin, which builds one crate, with the bundled plugins laid into the package.

The extension looks for plugins in its own folder, which in an installed package is that of the package.
"""

import argparse
import json
import pathlib
import shlex
import shutil
import subprocess

import maturin
from maturin import *  # noqa: F403  (the other hooks of PEP 517)

_ROOT = pathlib.Path(__file__).resolve().parents[2]
_PACKAGE = _ROOT / "core" / "python" / "jurigged"


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    laid = []
    try:
        for library, manifest in _build_plugins(_profile(config_settings)):
            for source in (library, manifest):
                laid.append(_PACKAGE / source.name)
                shutil.copyfile(source, laid[-1])
        return maturin.build_wheel(wheel_directory, config_settings, metadata_directory)
    finally:
        # They belong to the wheel; a source tree finds those that cargo has built.
        for file in laid:
            file.unlink(missing_ok=True)


def _profile(config_settings):
    """The cargo profile: ``pip wheel . -C build-args="--profile dev"`` asks maturin for another one than its own."""
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--profile", default="release")
    return parser.parse_known_args(shlex.split((config_settings or {}).get("build-args", "")))[0].profile


def _build_plugins(profile):
    """Libraries and the manifests that belong beside them."""
    folders = sorted(manifest.parent for manifest in _ROOT.glob("plugins/*/Cargo.toml"))
    command = ["cargo", "build", "--profile", profile, "--locked", "--message-format", "json-render-diagnostics"]
    for folder in folders:
        command += ["--package", f"jurigged-plugin-{folder.name}"]
    built = subprocess.run(command, cwd=_ROOT, stdout=subprocess.PIPE, check=True)
    for line in built.stdout.splitlines():
        artifact = json.loads(line)
        folder = pathlib.Path(artifact.get("manifest_path", "")).parent
        if artifact["reason"] != "compiler-artifact" or folder not in folders:
            continue
        manifest = folder / f"libjurigged_plugin_{folder.name}.toml"
        for file in map(pathlib.Path, artifact["filenames"]):
            if file.suffix in {".so", ".dylib", ".dll"}:
                yield file, manifest
