"""For each server that has a recipe: the package in parts that it takes, and a plan of the import.

Parts are filled in the order of dependencies, so each needs only the ones before it. The plan lists them with their
digests and what to know before.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence

from fhir_content.issue import Issue, Severity
from fhir_content.package import Package
from fhir_content.project import Project
from fhir_content.recipe import Recipe, read_recipes
from fhir_content.release.conditional import conditional
from fhir_content.release.manifest import external_canonicals, manifest
from fhir_content.release.transaction import Entry, in_dependency_order, put, transaction
from fhir_content.resource import Resource
from fhir_content.source import Json, dumps
from fhir_content.target import Output, target

_ENVELOPE = 1000  # bytes of a bundle around its entries


@target
def make(project: Project) -> Output:
    """`<recipe>/part-NN.json` and `<recipe>/plan.json` for each recipe of the project."""
    owned = in_dependency_order(project.catalog, project.catalog)
    resources = [*owned, manifest(project.package, None, owned, external_canonicals(project.catalog))]
    files: dict[str, bytes] = {}
    issues: list[Issue] = []
    for name, recipe in read_recipes(project.build).items():
        entries = _entries(project.package, recipe, resources)
        issues += _too_large(name, recipe, entries)
        made = dict(_parts(project.package, recipe, entries))
        files |= {f"{name}/{file}": content for file, content in made.items()}
        files[f"{name}/plan.json"] = dumps(_plan(project.package, recipe, made), pretty=True)
    return Output(files, tuple(issues))


def _entries(package: Package, recipe: Recipe, resources: Sequence[Resource]) -> list[Entry]:
    kept = list(resources) if recipe.narrative else [_without_narrative(each) for each in resources]
    if recipe.ids == "server":
        return conditional([each for each in kept if each.url and each.version], "PUT")
    return [put(each, package.canonical) for each in kept]


def _without_narrative(resource: Resource) -> Resource:
    data = {name: value for name, value in resource.data.items() if name != "text"}
    return Resource(data, resource.source, authored=resource.authored)


def _too_large(name: str, recipe: Recipe, entries: Sequence[Entry]) -> Iterator[Issue]:
    limit = recipe.limits.resource_bytes or recipe.limits.bytes
    for entry in entries:
        size = len(dumps(entry.resource.data)) if entry.resource is not None else 0
        if limit and size + _ENVELOPE > limit and entry.resource is not None:
            message = f"{size:,} bytes are more than {name} takes in one resource ({limit:,})"
            where, way_out = entry.resource.location(), f"split the resource, or raise the limit in build/{name}.yaml"
            yield Issue(where, "resource-is-too-large", Severity.ERROR, message, "too-long", way_out)


def _parts(package: Package, recipe: Recipe, entries: Sequence[Entry]) -> Iterator[tuple[str, bytes]]:
    part: list[Entry] = []
    size = _ENVELOPE
    number = 0
    for entry in entries:
        more = len(dumps(entry.as_json())) + 1
        full = _over(len(part) + 1, recipe.limits.entries) or _over(size + more, recipe.limits.bytes)
        if part and full:
            number += 1
            yield _part(package, number, part)
            part, size = [], _ENVELOPE
        part.append(entry)
        size += more
    if part:
        yield _part(package, number + 1, part)


def _over(count: int, limit: int) -> bool:
    return bool(limit) and count > limit


def _part(package: Package, number: int, entries: Sequence[Entry]) -> tuple[str, bytes]:
    # without indentation: a limit in bytes leaves no room for blanks
    return f"part-{number:02}.json", dumps(transaction(f"{package.id.replace('.', '-')}-{number:02}", entries))


def _plan(package: Package, recipe: Recipe, parts: dict[str, bytes]) -> dict[str, Json]:
    steps: list[Json] = [
        {"file": name, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        for name, content in parts.items()
    ]
    notes: list[Json] = list(recipe.notes)
    return {
        "package": package.id,
        "version": package.version,
        "fhirVersion": package.fhir_version,
        "server": recipe.title,
        "ids": recipe.ids,
        "parts": steps,
        "notes": notes,
    }
