"""Transaction bundles: one of the whole package, one of each PlanDefinition with all it needs.

Every entry is a PUT under the resource's own id, so a second import changes nothing and an upgrade replaces.
A manifest Library in each lists what the bundle owns and which canonicals it expects the server to know.
"""

from __future__ import annotations

from collections.abc import Sequence

from fhir_content.issue import Issue, Severity, in_order
from fhir_content.project import Project
from fhir_content.release.importability import check
from fhir_content.release.manifest import external_canonicals, manifest
from fhir_content.release.transaction import in_dependency_order, put, transaction
from fhir_content.resource import Resource
from fhir_content.source import Json, dumps
from fhir_content.target import Output, target


@target
def make(project: Project) -> Output:
    """`<package>-<version>.json` and `PlanDefinition-<id>.json` of each plan."""
    data, issues = whole(project)
    package = project.package
    files = {f"{package.id}-{package.version}.json": dumps(data, pretty=True)}
    for plan in project.catalog.of("PlanDefinition"):
        data, found = closure(project, plan)
        files[f"{plan.type}-{plan.id}.json"] = dumps(data, pretty=True)
        issues.extend(found)
    return Output(files, tuple(in_order(issues)))


def whole(project: Project) -> tuple[dict[str, Json], list[Issue]]:
    """The bundle of every resource of the project, and what stops its release."""
    resources = list(project.catalog)
    return _bundle(project, None, resources, external_canonicals(project.catalog))


def closure(project: Project, plan: Resource) -> tuple[dict[str, Json], list[Issue]]:
    """The bundle of one definition and all it depends on, and what stops its release."""
    found = project.catalog.closure(plan)
    return _bundle(project, plan, found.resources, found.external)


def _bundle(
    project: Project, about: Resource | None, resources: Sequence[Resource], external: Sequence[str]
) -> tuple[dict[str, Json], list[Issue]]:
    package = project.package
    ordered = in_dependency_order(resources, project.catalog)
    listing = manifest(package, about, ordered, external)
    entries = [put(each, package.canonical) for each in (*ordered, listing)]
    loading = [each for each in project.catalog.issues if each.severity.reaches(Severity.ERROR)]
    issues = [*loading, *check(entries, project.catalog, package)]
    return transaction(listing.id.removesuffix("-manifest"), entries), issues
