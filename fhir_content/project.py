"""A project: a folder with definitions/package.yaml. The only place that knows how the folder is laid out."""

from __future__ import annotations

import base64
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from fhir_content.catalog import Catalog, duplicates
from fhir_content.issue import Issue, Location, Severity
from fhir_content.resource import Resource
from fhir_content.source import Json, Source, parse, read

if TYPE_CHECKING:
    from pydantic import ValidationError

    from fhir_content.package import Package

_RESOURCE_FILE = re.compile(r"(?P<type>[A-Z][A-Za-z]+)-(?P<id>.+)\.(?:ya?ml|json)")
_ENDINGS = (".yaml", ".yml", ".json")
_OUR_OWN = frozenset({"package.yaml", "parameters.yaml", "facts.yaml", "hazard-log.yaml"})


class ProjectError(Exception):
    """There is no project here, or its package.yaml cannot be used; the issues say why."""

    def __init__(self, message: str, issues: tuple[Issue, ...] = ()) -> None:
        super().__init__(message)
        self.issues = issues


@dataclass(frozen=True, slots=True)
class Project:
    """A loaded project."""

    root: Path
    package: Package
    catalog: Catalog

    @property
    def definitions(self) -> Path:
        """Where the content is."""
        return self.root / "definitions"

    @property
    def build(self) -> Path:
        """Where recipes, compiled ELM and proofs are."""
        return self.root / "build"


def find_root(start: Path) -> Path:
    """The nearest folder at or above `start` with definitions/package.yaml; raises ProjectError."""
    for folder in (start.resolve(), *start.resolve().parents):
        if (folder / "definitions" / "package.yaml").is_file():
            return folder
    raise ProjectError(f"no definitions/package.yaml in {start} or above; go to a project, or name one with --project")


def load(root: Path) -> Project:
    """Read every definition below `root`; bad content becomes issues of the catalog, a bad package.yaml raises."""
    package = _package(root)
    issues: list[Issue] = []
    resources: list[Resource] = []
    for path in definition_files(root, issues):
        source = read(path, str(path.relative_to(root)))
        issues.extend(source.issues)
        resource = _resource(root, path, source, package, issues)
        if resource is not None:
            resources.append(resource)
    catalog = Catalog(resources, base=package.canonical)
    for path in _files_below(root / "definitions"):
        if path.name == "parameters.yaml":
            table = read(path, path.relative_to(root).as_posix())
            catalog.tables[table.file] = table
            issues.extend(table.issues)
    catalog.issues = (*issues, *duplicates(catalog))
    return Project(root, package, catalog)


def load_files(paths: Iterable[Path]) -> Catalog:
    """The resources in files and folders that belong to no project; each is named as it was given."""
    issues: list[Issue] = []
    resources: list[Resource] = []
    for path in paths:
        for file in sorted(_files_below(path)) if path.is_dir() else [path]:
            source = read(file, str(file))
            issues.extend(source.issues)
            resource = _typed(source, source.data, issues)
            if resource is not None:
                resources.append(resource)
    return Catalog(resources, issues)


def definition_files(root: Path, issues: list[Issue]) -> Iterator[Path]:
    """The files of definitions/ that hold resources; a file with no reason to be there is an issue."""
    for path in sorted(_files_below(root / "definitions")):
        name = str(path.relative_to(root))
        if "cases" in path.parts or path.name in _OUR_OWN:
            continue
        if not path.resolve().is_relative_to(root.resolve()):
            message = "a symbolic link leads out of the project"
            issues.append(Issue(Location(name, 1, 1), "file", Severity.ERROR, message, "security", "copy the file"))
        elif not _RESOURCE_FILE.fullmatch(path.name):
            way_out = "name it Type-id.yaml, as in PlanDefinition-imd-21-ig-initiate.yaml"
            message = "the name of the file does not say which resource it holds"
            issues.append(Issue(Location(name, 1, 1), "file-name", Severity.ERROR, message, "invalid", way_out))
        else:
            yield path


def _files_below(folder: Path) -> Iterator[Path]:
    for where, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (Path(where, name) for name in files if name.endswith(_ENDINGS) and not name.startswith("."))


def _package(root: Path) -> Package:
    from pydantic import ValidationError

    from fhir_content.package import Package

    file = "definitions/package.yaml"
    source = read(root / file, file)
    if source.issues or not isinstance(source.data, dict):
        raise ProjectError(f"{file} cannot be read", source.issues)
    try:
        return Package.model_validate(source.data)
    except ValidationError as error:
        raise ProjectError(f"{file} is not a package", tuple(declaration_issues(source, error))) from None


def declaration_issues(source: Source, error: ValidationError) -> Iterator[Issue]:
    """What pydantic found wrong in one of our own declarative files, each at its line."""
    for fault in error.errors():
        path = tuple(fault["loc"])
        line, column = source.place(path)
        name = ".".join(str(step) for step in path)
        yield Issue(Location(source.file, line, column, name), "declaration", Severity.ERROR, f"{name}: {fault['msg']}")


def _resource(root: Path, path: Path, source: Source, package: Package, issues: list[Issue]) -> Resource | None:
    resource = _typed(source, source.data, issues)
    if resource is None:
        return None
    if path.stem != f"{resource.type}-{resource.id}":
        where = resource.location(("id",), on_key=True)
        message = f"the file is named {path.stem}, but holds {resource.type}-{resource.id}"
        issues.append(Issue(where, "file-name", Severity.ERROR, message, "invalid", "name both the same"))
    data = package.released(resource.data)
    if resource.type == "Library":
        data = {**data, **_content(root, path, resource, data)}
    return Resource(data, source, authored=resource.data)


def _content(root: Path, path: Path, resource: Resource, data: dict[str, Json]) -> dict[str, Json]:
    """The CQL beside a Library, and the ELM compiled from it: text/cql first, as engines expect."""
    cql = path.with_name(f"{resource.name}.cql")
    if "content" in data or not cql.is_file():
        return {}
    attachments: list[Json] = [_attachment("text/cql", cql.read_bytes())]
    elm = root / "build" / "elm" / f"{resource.name}-{data['version']}.json"
    if elm.is_file():
        attachments.append(_attachment("application/elm+json", elm.read_bytes()))
    return {"content": attachments}


def _attachment(content_type: str, content: bytes) -> dict[str, Json]:
    return {"contentType": content_type, "data": base64.b64encode(content).decode("ascii")}


def _typed(source: Source, data: Json, issues: list[Issue]) -> Resource | None:
    """The resource in a source, or an issue saying that there is none."""
    if data is None and any(issue.severity is Severity.FATAL for issue in source.issues):
        return None
    if isinstance(data, dict) and isinstance(data.get("resourceType"), str):
        return Resource(data, source)
    line, column = source.place(("resourceType",))
    way_out = "begin with `resourceType: PlanDefinition`, or the type that it is"
    message = "this is not a FHIR resource: no resourceType"
    where = Location(source.file, line, column, "Resource")
    issues.append(Issue(where, "resource-type", Severity.ERROR, message, "structure", way_out))
    return None


def parse_resource(content: bytes, file: str) -> tuple[Resource | None, list[Issue]]:
    """One resource from bytes, as `load_files` reads it from a file."""
    source = parse(content, file)
    issues = list(source.issues)
    return _typed(source, source.data, issues), issues
