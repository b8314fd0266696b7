"""Issues as text, or in the formats that other tools read. One format a file; the file's name is the format's."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import import_module
from pathlib import Path

from fhir_content.issue import Issue, Severity


def _no_page(name: str) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Summary:
    """What was looked at, and what was not and why (`not_checked`: reason -> how many).

    `root` is the folder that the issues' files are relative to; `page` gives the page of a house rule, or "".
    """

    files: int
    resources: int
    not_checked: Mapping[str, int] = field(default_factory=dict)
    root: Path = Path()
    page: Callable[[str], str] = _no_page


def formats() -> list[str]:
    """The names of the formats."""
    files = Path(__file__).parent.glob("*.py")
    return sorted(file.stem.replace("_", "-") for file in files if not file.stem.startswith("_"))


def render(format_name: str, issues: Sequence[Issue], summary: Summary, *, colour: bool = False) -> str:
    """The issues in one of the `formats()`; `colour` matters to text only."""
    module = import_module(f"{__name__}.{format_name.replace('-', '_')}")
    return str(module.render(issues, summary, colour))


def count(issues: Sequence[Issue]) -> dict[str, int]:
    """How many errors (fatal ones included), warnings and information there are."""
    errors = sum(issue.severity.reaches(Severity.ERROR) for issue in issues)
    warnings = sum(issue.severity is Severity.WARNING for issue in issues)
    return {"errors": errors, "warnings": warnings, "information": len(issues) - errors - warnings}


@lru_cache(maxsize=64)
def source_lines(root: Path, file: str) -> list[str]:
    """The lines of a file that issues speak of; none where it cannot be read."""
    try:
        return (root / file).read_bytes().decode("utf-8-sig", "replace").split("\n")
    except OSError:
        return []
