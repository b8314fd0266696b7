"""What the cases need not show, each with a reason: holes in build/coverage.yaml, mutants in build/mutants.yaml.

A mutant that changes no outcome for any patient cannot be noticed by any case; that must be said of it, and why.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from pydantic import ValidationError

from fhir_content.issue import Issue, Location, Severity
from fhir_content.package import Declaration
from fhir_content.project import Project, ProjectError, declaration_issues
from fhir_content.source import Source, read

HOLES, MUTANTS = "coverage.yaml", "mutants.yaml"


class Finding(NamedTuple):
    """A hole or a surviving mutant: its kind, the plan, library or value set, the name in it, and what it is."""

    kind: str
    home: str
    name: str
    what: str


class Allowance(Declaration):
    """One entry: findings of one name that may stay, and why."""

    kind: str
    home: str
    name: str
    what: list[str]
    reason: str

    @property
    def findings(self) -> list[Finding]:
        """What must all still be found."""
        return [Finding(self.kind, self.home, self.name, each) for each in self.what]


class _AllowanceFile(Declaration):
    allow: list[Allowance]


def allowed(
    project: Project, name: str, found: Collection[Finding], homes: Collection[str]
) -> tuple[set[Finding], list[Issue]]:
    """Which findings build/`name` allows, and an issue for each entry that no longer matches one.

    `homes` are the plans and libraries that were looked at; entries about others are left alone. Raises ProjectError.
    """
    path = project.root / "build" / name
    if not path.exists():
        return set(), []
    source = read(path, f"build/{name}")
    entries = _entries(source)
    issues = []
    for index, entry in enumerate(entries):
        gone = [each.what for each in entry.findings if each not in found]
        if gone and entry.home in homes:
            where = Location(source.file, *source.place(("allow", index)))
            message = f"{entry.home}, {entry.name}: no longer found, so not to be allowed: {', '.join(gone)}"
            issues.append(Issue(where, "allowance-is-unused", Severity.ERROR, message, "informational", "remove it"))
    return {each for entry in entries for each in entry.findings if each in found}, issues


def _entries(source: Source) -> list[Allowance]:
    if source.issues:
        raise ProjectError(f"{source.file} cannot be read", source.issues)
    try:
        return _AllowanceFile.model_validate(source.data).allow
    except ValidationError as error:
        raise ProjectError(f"{source.file} cannot be used", tuple(declaration_issues(source, error))) from None
