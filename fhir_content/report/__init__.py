"""Issues as text, or in the formats that other tools read. One format a file; the file's name is the format's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path

from fhir_content.issue import Issue, Severity


@dataclass(frozen=True, slots=True)
class Summary:
    """What was looked at, and what was not and why (`not_checked`: reason -> how many)."""

    files: int
    resources: int
    not_checked: dict[str, int] = field(default_factory=dict)


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
