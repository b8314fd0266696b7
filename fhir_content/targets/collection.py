"""A collection bundle: every resource in one file, to be read, not imported.

For tools that take content as a file; servers want a transaction. https://hl7.org/fhir/R4/bundle.html#bundle-unk
"""

from __future__ import annotations

from fhir_content.project import Project
from fhir_content.release.manifest import external_canonicals, manifest
from fhir_content.release.transaction import in_dependency_order
from fhir_content.source import Json, dumps
from fhir_content.target import Output, target


@target
def make(project: Project) -> Output:
    """`<package>-<version>.json`."""
    package = project.package
    owned = in_dependency_order(project.catalog, project.catalog)
    listing = manifest(package, None, owned, external_canonicals(project.catalog))
    entries: list[Json] = [
        {"fullUrl": f"{package.canonical}/{each.key}", "resource": each.data} for each in (*owned, listing)
    ]
    data = {"resourceType": "Bundle", "id": f"{listing.id}-collection", "type": "collection", "entry": entries}
    return Output({f"{package.id}-{package.version}.json": dumps(data, pretty=True)})
