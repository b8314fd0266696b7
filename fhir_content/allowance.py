"""Findings allowed with a reason: `# allow RULE: reason` at the element in YAML, build/allow.yaml for JSON files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from pydantic import ValidationError

from fhir_content.catalog import Catalog
from fhir_content.issue import Issue, Location, Severity
from fhir_content.package import Declaration
from fhir_content.project import ProjectError, declaration_issues
from fhir_content.resource import Resource
from fhir_content.source import Allowance, Source, read


class FileAllowance(Declaration):
    """One entry of build/allow.yaml: a rule, the file, the FHIRPath of the element ("" for all of it), and why."""

    rule: str
    file: str
    expression: str = ""
    reason: str


class _AllowFile(Declaration):
    allow: list[FileAllowance]


def read_allow_file(path: Path, name: str) -> tuple[Source, list[FileAllowance]]:
    """The entries of build/allow.yaml, none where there is no such file; raises ProjectError when it is not one."""
    if not path.exists():
        return Source(name), []
    source = read(path, name)
    if source.issues:
        raise ProjectError(f"{name} cannot be read", source.issues)
    try:
        return source, _AllowFile.model_validate(source.data).allow
    except ValidationError as error:
        raise ProjectError(f"{name} cannot be used", tuple(declaration_issues(source, error))) from None


def without_allowed(
    issues: Iterable[Issue], catalog: Catalog, entries: Iterable[FileAllowance] = (), source: Source | None = None
) -> Iterator[Issue]:
    """The issues that nobody allowed, and one for each allowance that no longer matches anything."""
    written = {
        (resource.file, allowance): _expression_at(resource, allowance.line)
        for resource in catalog
        for allowance in resource.source.allowances
    }
    listed = list(entries)
    used: set[object] = set()
    for issue in issues:
        matches: list[object] = [each for each, at in written.items() if _covers(*each, at, issue)]
        matches += [entry for entry in listed if _lists(entry, issue)]
        used.update(matches)
        if not matches:
            yield issue
    for file, allowance in written:
        if (file, allowance) not in used:
            yield _unused(Location(file, *allowance.written_at), allowance.rule)
    for index, entry in enumerate(listed):
        if entry not in used and source is not None:
            yield _unused(Location(source.file, *source.place(("allow", index))), entry.rule)


def _covers(file: str, allowance: Allowance, expression: str, issue: Issue) -> bool:
    if (issue.rule, issue.location.file) != (allowance.rule, file) or issue.severity is Severity.FATAL:
        return False
    at = issue.location.expression
    return (
        issue.location.line == allowance.line or at == expression or at.startswith((f"{expression}.", f"{expression}["))
    )


def _lists(entry: FileAllowance, issue: Issue) -> bool:
    same = (entry.rule, entry.file) == (issue.rule, issue.location.file)
    return same and entry.expression in ("", issue.location.expression)


def _expression_at(resource: Resource, line: int) -> str:
    """The FHIRPath of the outermost element that begins in a line; a named one begins with its name."""
    places = resource.source.find_places()
    begins = {path: places.keys.get(path, place) for path, place in places.values.items()}
    here = [path for path, place in begins.items() if place[0] == line]
    return resource.expression(min(here, key=len)) if here else "?"


def _unused(where: Location, rule: str) -> Issue:
    message = f"nothing here is a finding of {rule} any more"
    return Issue(where, "allowance-is-unused", Severity.WARNING, message, "informational", "remove the allowance")
