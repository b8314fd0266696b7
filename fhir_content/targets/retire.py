"""The retire bundle: every definition of the package again, with status retired.

For a package that is no longer to be used while records still point at it: nothing is deleted.
"""

from __future__ import annotations

from fhir_content.canonical import DEFINITIONAL
from fhir_content.project import Project
from fhir_content.release.manifest import external_canonicals, manifest
from fhir_content.release.transaction import in_dependency_order, put, transaction
from fhir_content.resource import Resource
from fhir_content.source import dumps
from fhir_content.target import Output, target


@target
def make(project: Project) -> Output:
    """`<package>-<version>.json`."""
    package = project.package
    owned = in_dependency_order(project.catalog, project.catalog)
    listing = manifest(package, None, owned, external_canonicals(project.catalog))
    retired = [
        Resource({**each.data, "status": "retired"}, each.source, authored=each.authored)
        for each in (*owned, listing)
        if each.type in DEFINITIONAL
    ]
    data = transaction(f"{package.id.replace('.', '-')}-retire", [put(each, package.canonical) for each in retired])
    return Output({f"{package.id}-{package.version}.json": dumps(data, pretty=True)})
