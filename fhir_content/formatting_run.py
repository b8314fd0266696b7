"""Which files `fmt` looks at, and what it changes in them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from fhir_content.formatting import formatted
from fhir_content.issue import Issue, Location, Severity
from fhir_content.project import definition_files, find_root
from fhir_content.writing import write_whole


def format_files(paths: Sequence[Path], project_dir: Path | None, *, check: bool) -> tuple[list[Issue], int]:
    """Write each file in canonical form, or with `check` only say which are not; the issues, and how many files."""
    found: list[Issue] = []
    files = list(_files(paths, project_dir))
    for path, name in files:
        content = path.read_bytes()
        result = formatted(content, name)
        if result is None:
            message = "the file cannot be read as a resource, or not rearranged without a change of its data"
            found.append(Issue(Location(name, 1, 1), "not-formatted", Severity.WARNING, message, help="run validate"))
        elif result != content and check:
            line = _first_difference(content, result)
            message = "the file is not in canonical order and layout"
            found.append(Issue(Location(name, line, 1), "not-formatted", Severity.ERROR, message, help="run fmt"))
        elif result != content:
            write_whole(path, result)
            found.append(Issue(Location(name, 1, 1), "formatted", Severity.INFORMATION, "rearranged", "informational"))
    return found, len(files)


def _files(paths: Sequence[Path], project_dir: Path | None) -> Iterator[tuple[Path, str]]:
    if paths:
        for path in paths:
            inside = sorted(each for each in path.rglob("*") if each.suffix in (".yaml", ".yml", ".json"))
            yield from ((each, str(each)) for each in (inside if path.is_dir() else [path]))
        return
    root = find_root(project_dir or Path.cwd())
    yield from ((path, path.relative_to(root).as_posix()) for path in definition_files(root, []))


def _first_difference(one: bytes, other: bytes) -> int:
    pairs = enumerate(zip(one.split(b"\n"), other.split(b"\n"), strict=False), start=1)
    return next((number for number, (left, right) in pairs if left != right), 1)
