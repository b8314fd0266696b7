"""The FHIR NPM package: `<id>-<version>.tgz`, as package registries and FHIR tools read it.

Below `package/`: package.json, .index.json (version 2), one file for each resource, and the manifest and guide.
https://confluence.hl7.org/spaces/FHIR/pages/35718629/NPM+Package+Specification
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from fhir_content.issue import Issue, Location, Severity
from fhir_content.package import Package
from fhir_content.project import Project
from fhir_content.release.archive import tgz
from fhir_content.release.dates import moment
from fhir_content.release.guide import guide
from fhir_content.release.manifest import external_canonicals, manifest
from fhir_content.resource import Resource
from fhir_content.source import Json, dumps
from fhir_content.target import Output, target

CORE = {"hl7.fhir.r4.core": "4.0.1"}
_VERSION = re.compile(r"\d+\.\d+(\.\d+|\.x)(-[0-9A-Za-z.-]+)?|current|dev")
_INDEXED = ("id", "url", "version", "kind", "type")


@target
def make(project: Project) -> Output:
    """The archive; a dependency without a usable version is an issue."""
    package = project.package
    owned = list(project.catalog)
    resources = [guide(package, owned), manifest(package, None, owned, external_canonicals(project.catalog)), *owned]
    files = {f"package/{each.type}-{each.id}.json": dumps(each.data, pretty=True) for each in resources}
    files["package/package.json"] = dumps(package_json(package), pretty=True)
    files["package/.index.json"] = dumps(index(resources), pretty=True)
    content = tgz(files, int(moment(package.defaults.date).timestamp()))
    return Output({f"{package.id}-{package.version}.tgz": content}, tuple(_issues(package.dependencies)))


def package_json(package: Package) -> dict[str, Json]:
    """The package's own description; fhirVersions and dependencies always, since readers stumble without them."""
    defaults = package.defaults
    needed = {**CORE, **package.dependencies}
    maintainers: list[Json] = [{"name": str(each["name"])} for each in defaults.contact if "name" in each]
    jurisdictions = [coding for each in defaults.jurisdiction for coding in each.get("coding", [])]
    place = f"{jurisdictions[0].get('system')}#{jurisdictions[0].get('code')}" if jurisdictions else ""
    return {
        "name": package.id,
        "version": package.version,
        "type": "IG",
        "date": moment(defaults.date).strftime("%Y%m%d%H%M%S"),
        "license": package.license,
        "canonical": package.canonical,
        "url": f"{package.canonical}/{package.version}",
        "title": package.title,
        "description": package.description,
        "fhirVersions": [package.fhir_version],
        "dependencies": dict(sorted(needed.items())),
        "author": defaults.publisher,
        "maintainers": maintainers,
        **({"jurisdiction": place} if place else {}),
        "directories": {"lib": "package"},
    }


def index(resources: list[Resource]) -> dict[str, Json]:
    """.index.json: what is in the folder, so that a reader need not open every file."""
    rows: list[Json] = []
    for each in sorted(resources, key=lambda each: (each.type, each.id)):
        told: dict[str, Json] = {name: each.data[name] for name in _INDEXED if isinstance(each.data.get(name), str)}
        rows.append({"filename": f"{each.type}-{each.id}.json", "resourceType": each.type, **told})
    return {"index-version": 2, "files": rows}


def _issues(dependencies: Mapping[str, str]) -> Iterator[Issue]:
    for name, version in sorted(dependencies.items()):
        if not _VERSION.fullmatch(version):
            message = f"the dependency {name} has no version that can be fetched: `{version}`"
            where = Location("definitions/package.yaml", 0, 0, "dependencies")
            way_out = "give one version, as in hl7.fhir.uv.cpg: 2.0.0"
            yield Issue(where, "dependency-has-no-version", Severity.ERROR, message, "value", way_out)
