"""The multi-version form: POST with ifNoneExist on url and version, the ImplementationGuide first.

For servers that keep several releases side by side and choose ids themselves. What is there once is never changed.
Not to be mixed with the bundles by id on one server.
"""

from __future__ import annotations

from fhir_content.project import Project
from fhir_content.release.conditional import conditional
from fhir_content.release.guide import guide
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
    named = [each for each in owned if each.url and each.version]
    entries = conditional([guide(package, named), *named, listing], "POST")
    data = transaction(f"{package.id.replace('.', '-')}-multi-version", entries)
    issues = tuple(issue for each in owned for issue in has_canonical(each))
    return Output({f"{package.id}-{package.version}.json": dumps(data, pretty=True)}, issues)
