"""A Provenance of the release: which resources, made from which sources, by which tool.

Its time is the date of the package, not of the build, so that anyone who rebuilds it gets the same bytes.
https://hl7.org/fhir/R4/provenance.html
"""

from __future__ import annotations

import hashlib

from fhir_content import __version__
from fhir_content.project import Project
from fhir_content.release.dates import instant
from fhir_content.source import Json, dumps
from fhir_content.target import Output, target

_ACTIVITY = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-DataOperation", "code": "CREATE"}]}
_AGENT = "http://terminology.hl7.org/CodeSystem/provenance-participant-type"


@target
def make(project: Project) -> Output:
    """`Provenance.json`."""
    package = project.package
    digest = hashlib.sha256()
    targets: list[Json] = []
    for resource in project.catalog:
        content = dumps(resource.data)
        digest.update(hashlib.sha256(content).digest())
        targets.append({"reference": resource.key, "display": str(resource.canonical)})
    agents: list[Json] = [
        {"type": _type("author"), "who": {"display": package.defaults.publisher}},
        {"type": _type("assembler"), "who": {"display": f"fhir-content {__version__}"}},
    ]
    entity: dict[str, Json] = {
        "role": "source",
        "what": {
            "identifier": {"system": "urn:ietf:rfc:3986", "value": f"{package.canonical}|{package.version}"},
            "display": f"{package.id} {package.version}, SHA-256 of its resources {digest.hexdigest()}",
        },
    }
    data: dict[str, Json] = {
        "resourceType": "Provenance",
        "id": package.id.replace(".", "-"),
        "target": targets,
        "recorded": instant(package.defaults.date),
        "activity": _ACTIVITY,  # type: ignore[dict-item]
        "agent": agents,
        "entity": [entity],
    }
    return Output({"Provenance.json": dumps(data, pretty=True)})


def _type(code: str) -> dict[str, Json]:
    return {"coding": [{"system": _AGENT, "code": code}]}
