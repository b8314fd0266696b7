"""For servers that refuse ids chosen by a client: PUT by url and version (conditional update).

The server keeps its own ids; a second import updates what it finds. https://hl7.org/fhir/R4/http.html#cond-update
"""

from __future__ import annotations

from fhir_content.project import Project
from fhir_content.release.conditional import conditional
from fhir_content.release.importability import has_canonical
from fhir_content.release.manifest import external_canonicals, manifest
from fhir_content.release.transaction import in_dependency_order, transaction
from fhir_content.source import dumps
from fhir_content.target import Output, target


@target
def make(project: Project) -> Output:
    """`<package>-<version>.json`; a resource without url and version cannot be in it."""
    package = project.package
    owned = in_dependency_order(project.catalog, project.catalog)
    listing = manifest(package, None, owned, external_canonicals(project.catalog))
    entries = conditional([*(each for each in owned if each.url and each.version), listing], "PUT")
    data = transaction(f"{package.id.replace('.', '-')}-server-assigned-ids", entries)
    issues = tuple(issue for each in owned for issue in has_canonical(each))
    return Output({f"{package.id}-{package.version}.json": dumps(data, pretty=True)}, issues)
