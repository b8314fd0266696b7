"""The files that a call of $apply is made of: clinical data, content beside or instead of a project, parameters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from fhir_content.apply.request import ApplyError, data_issues, resources_in
from fhir_content.catalog import Catalog
from fhir_content.issue import Issue, Severity, in_order
from fhir_content.project import find_root, load, load_files
from fhir_content.resource import Resource
from fhir_content.source import Json, read


def catalog_of(content: Iterable[Path], project: Path | None) -> Catalog:
    """The definitions in the files, folders and Bundles given, else those of the project; raises ApplyError."""
    paths = list(content)
    if not paths:
        return load(find_root(project or Path.cwd())).catalog
    loaded = load_files(paths)
    faults = [issue for issue in loaded.issues if issue.severity is Severity.FATAL]
    if faults:
        raise ApplyError("the content cannot be read", tuple(in_order(faults)))
    return Catalog([each for resource in loaded for each in _unpacked(resource)], loaded.issues)


def data_of(paths: Iterable[Path]) -> list[Json]:
    """The clinical data in the files; raises ApplyError, with an issue at its place, for what logic cannot use."""
    data: list[Json] = []
    issues: list[Issue] = []
    for path in paths:
        source = read(path)
        issues += [each for each in source.issues if each.severity.reaches(Severity.ERROR)]
        if not source.issues:
            data += resources_in(source.data, str(path))
        issues += data_issues(source)
    if issues:
        raise ApplyError("the data cannot be used", tuple(in_order(issues)))
    return data


def parameters_of(path: Path | None) -> Json:
    """The Parameters resource in a file, None without one; raises ApplyError."""
    if path is None:
        return None
    source = read(path)
    if source.issues:
        raise ApplyError("the parameters cannot be read", source.issues)
    return source.data


def moment(text: str) -> datetime:
    """An instant as FHIR writes it; a date alone is its first moment in UTC; "" is now. Raises ApplyError."""
    if not text:
        return datetime.now().astimezone()
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise ApplyError(f"`{text}` is not a moment: write 2026-11-22 or 2026-11-22T10:00:00Z") from None
    if found.tzinfo is None and len(text) > 10:
        raise ApplyError(f"`{text}` has no time zone: add Z or an offset")
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)


def _unpacked(resource: Resource) -> Iterator[Resource]:
    if resource.type != "Bundle":
        yield resource
        return
    for each in resources_in(resource.data, resource.file):
        yield Resource.of(each, resource.file)
