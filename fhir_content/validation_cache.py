"""What a project's last validation found, kept under the hash of everything that went into it.

An unchanged project is then validated in the time of reading it. The file is a result, never a source: whatever is
wrong with it means only that the project is validated again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import orjson

from fhir_content import __version__
from fhir_content.issue import Issue, Location, Severity
from fhir_content.writing import write_whole

_READ = ("definitions", "build/elm")
_ENDINGS = (".yaml", ".yml", ".json", ".cql")
_NAME = "validate.json"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a validation found, and how much it looked at."""

    issues: tuple[Issue, ...]
    files: int
    resources: int
    not_checked: Mapping[str, int] = field(default_factory=dict)  # codes that nobody could check, by system


def digest(root: Path, options: Sequence[str], installed: Path) -> str:
    """The hash of the tool, the options, the installed packages' names, and every byte of the project that is read."""
    total = hashlib.blake2b(repr((__version__, *options)).encode(), digest_size=20)
    for line in _tool():
        total.update(line)
    names = sorted(path.name for path in installed.iterdir()) if installed.is_dir() else []
    total.update(repr(names).encode())
    for path in (*_sources(root), root / "build" / "allow.yaml"):
        if path.is_file():
            content = path.read_bytes()
            total.update(f"\0{path.relative_to(root)}\0{len(content)}\0".encode())
            total.update(content)
    return total.hexdigest()


def read_outcome(root: Path, key: str) -> Outcome | None:
    """What was found when the hash was `key`; None where that is not the last result kept."""
    try:
        kept = orjson.loads((root / ".cache" / _NAME).read_bytes())
        if kept["key"] != key:
            return None
        issues = tuple(_issue(each) for each in kept["issues"])
        return Outcome(issues, kept["files"], kept["resources"], dict(kept["not_checked"]))
    except (OSError, orjson.JSONDecodeError, KeyError, TypeError, ValueError):
        return None


def write_outcome(root: Path, key: str, outcome: Outcome) -> None:
    """Keep the last result; a folder that cannot be written only costs the time to validate again."""
    try:
        write_whole(root / ".cache" / _NAME, orjson.dumps({"key": key, **asdict(outcome)}))
    except OSError:
        return


def _sources(root: Path) -> Iterator[Path]:
    for folder in _READ:
        yield from sorted(path for path in (root / folder).rglob("*") if path.suffix in _ENDINGS)


def _tool() -> Iterator[bytes]:
    """The tool's own files by size and time: whoever changes a rule sees its effect."""
    here = Path(__file__).parent
    for path in sorted((*here.rglob("*.py"), *here.glob("data/**/*.bin"), *here.rglob("*.toml"))):
        status = path.stat()
        yield f"{path.relative_to(here)} {status.st_size} {status.st_mtime_ns}\n".encode()


def _issue(kept: Mapping[str, object]) -> Issue:
    def location(value: object) -> Location:
        return Location(**value)  # type: ignore[arg-type]

    related = kept["related"]
    assert isinstance(related, list)  # noqa: S101 - orjson has no tuples
    fields = {**kept, "location": location(kept["location"]), "severity": Severity(str(kept["severity"]))}
    return Issue(**{**fields, "related": tuple(location(each) for each in related)})  # type: ignore[arg-type]
