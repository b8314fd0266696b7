"""A preview of the CDS Hooks services that a server will offer from the package, with a sample request of each.

A PlanDefinition is a service when a root action has a trigger of type named-event; its id is the service's, the first
trigger's name is the hook. Prefetch templates are what its libraries retrieve. https://cds-hooks.hl7.org/2.0/
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from uuid import NAMESPACE_URL, uuid5

from fhir_content.catalog import Catalog
from fhir_content.project import Project
from fhir_content.release.logic import Retrieve, retrieves
from fhir_content.resource import Resource
from fhir_content.source import Json, dumps
from fhir_content.target import Output, target


@target
def make(project: Project) -> Output:
    """`cds-services.json` as discovery answers it, and `<service>.request.json`."""
    services: list[Json] = []
    files: dict[str, bytes] = {}
    asked = {library.key: retrieves(library) for library in project.catalog.of("Library")}
    for plan in project.catalog.of("PlanDefinition"):
        hook = next(_hooks(plan), "")
        if not hook:
            continue
        prefetch = _prefetch(plan, project.catalog, asked)
        title = plan.root.text("title") or plan.id
        about = plan.root.text("description") or title
        services.append({"hook": hook, "title": title, "description": about, "id": plan.id, "prefetch": prefetch})
        files[f"{plan.id}.request.json"] = dumps(_request(plan, hook, prefetch), pretty=True)
    files["cds-services.json"] = dumps({"services": services}, pretty=True)
    return Output(files)


def _hooks(plan: Resource) -> Iterator[str]:
    for action in plan.root.each("action"):
        for trigger in action.each("trigger"):
            if trigger.text("type") == "named-event":
                yield trigger.text("name")


def _prefetch(plan: Resource, catalog: Catalog, asked: Mapping[str, set[Retrieve]]) -> dict[str, Json]:
    found: set[Retrieve] = set()
    for resource in catalog.closure(plan).resources:
        found |= asked.get(resource.key, set())
    queries = ["Patient/{{context.patientId}}", *(_query(each) for each in sorted(found) if each.type != "Patient")]
    return {f"item{number}": query for number, query in enumerate(queries, start=1)}


def _query(retrieve: Retrieve) -> str:
    subject = "patient" if retrieve.type != "Coverage" else "beneficiary"
    code = f"&{retrieve.path}:in={retrieve.value_set}" if retrieve.value_set else ""
    return f"{retrieve.type}?{subject}=Patient/{{{{context.patientId}}}}{code}"


def _request(plan: Resource, hook: str, prefetch: dict[str, Json]) -> dict[str, Json]:
    empty: dict[str, Json] = {"resourceType": "Bundle", "type": "searchset", "total": 0}
    patient: dict[str, Json] = {"resourceType": "Patient", "id": "example", "birthDate": "1980-01-01"}
    data: dict[str, Json] = {name: (patient if name == "item1" else empty) for name in prefetch}
    return {
        "hook": hook,
        "hookInstance": str(uuid5(NAMESPACE_URL, str(plan.canonical))),
        "context": {"userId": "Practitioner/example", "patientId": "example"},
        "prefetch": data,
    }
