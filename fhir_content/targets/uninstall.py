"""The uninstall bundle: deletes what the package put on a server, what depends on others first.

It also deletes the manifests of the single closures, whichever of them were imported; a resource that is not there is
no error. A server refuses to delete what its own records point at: retire the package then.
"""

from __future__ import annotations

from fhir_content.project import Project
from fhir_content.release.manifest import manifest_id
from fhir_content.release.transaction import Entry, in_dependency_order, transaction
from fhir_content.source import dumps
from fhir_content.target import Output, target


@target
def make(project: Project) -> Output:
    """`<package>-<version>.json`."""
    package = project.package
    owned = in_dependency_order(project.catalog, project.catalog)
    plans = [None, *project.catalog.of("PlanDefinition")]
    keys = [*(f"Library/{manifest_id(package, plan)}" for plan in plans), *(each.key for each in reversed(owned))]
    data = transaction(f"{package.id.replace('.', '-')}-uninstall", [Entry(None, "DELETE", key) for key in keys])
    return Output({f"{package.id}-{package.version}.json": dumps(data, pretty=True)})
