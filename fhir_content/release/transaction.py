"""A transaction bundle: what a FHIR server takes in one piece, or refuses whole.

https://hl7.org/fhir/R4/http.html#transaction
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from fhir_content.catalog import Catalog
from fhir_content.release.narrative import NOT_SIGNED_OFF, is_signed_off
from fhir_content.resource import Resource
from fhir_content.source import Json

# What others stand on comes first; within a type, by id.
_STAGES = ("CodeSystem", "ValueSet", "ConceptMap", "StructureDefinition", "Library", "Questionnaire")
_LAST = ("ActivityDefinition", "PlanDefinition")


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: a resource (None for DELETE) and the request made with it; `condition` is ifNoneExist."""

    resource: Resource | None
    method: Literal["PUT", "POST", "DELETE"]
    url: str
    full_url: str = ""
    condition: str = ""

    def as_json(self) -> dict[str, Json]:
        """The entry as it stands in a bundle."""
        request: dict[str, Json] = {"method": self.method, "url": self.url}
        if self.condition:
            request["ifNoneExist"] = self.condition
        entry: dict[str, Json] = {"fullUrl": self.full_url} if self.full_url else {}
        if self.resource is not None:
            entry["resource"] = self.resource.data
        return {**entry, "request": request}


def put(resource: Resource, base: str) -> Entry:
    """Create or replace the resource under its own id.

    The fullUrl is not the resource's canonical url: a server may rewrite every uri equal to a fullUrl.
    """
    return Entry(resource, "PUT", resource.key, f"{base}/fhir/{resource.key}")


def transaction(id: str, entries: Sequence[Entry]) -> dict[str, Json]:
    """A Bundle of type transaction; it says so when no clinician has signed the content off."""
    resources = [entry.resource for entry in entries if entry.resource is not None and entry.resource.url]
    signed_off = all(is_signed_off(each) for each in resources)
    tags: list[Json] = [] if signed_off else [{"display": NOT_SIGNED_OFF}]
    meta: dict[str, Json] = {"meta": {"tag": tags}} if tags else {}
    listed: list[Json] = [entry.as_json() for entry in entries]
    return {"resourceType": "Bundle", "id": id, **meta, "type": "transaction", "entry": listed}


def in_dependency_order(resources: Iterable[Resource], catalog: Catalog) -> list[Resource]:
    """The resources, each after those it depends on, else by stage, type and id; a circle is cut where it begins.

    A canonical that points to a later stage (from a code system back to its value set) is no dependency.
    """
    wanted = {each.key: each for each in sorted(resources, key=_stage)}
    ordered: dict[str, Resource] = {}
    for first in wanted.values():
        seen = {first.key}
        stack = [(first, _needs(first, catalog))]
        while stack:
            resource, needs = stack[-1]
            for needed in needs:
                if needed.key in wanted and needed.key not in seen and needed.key not in ordered:
                    seen.add(needed.key)
                    stack.append((needed, _needs(needed, catalog)))
                    break
            else:
                ordered.setdefault(resource.key, resource)
                stack.pop()
    return list(ordered.values())


def _needs(resource: Resource, catalog: Catalog) -> Iterator[Resource]:
    for reference in catalog.references(resource):
        target = catalog.target(reference)
        if target is not None and (reference.literal or _stage(target)[0] <= _stage(resource)[0]):
            yield target


def _stage(resource: Resource) -> tuple[int, str, str]:
    if resource.type in _STAGES:
        return (_STAGES.index(resource.type), resource.type, resource.id)
    if resource.type in _LAST:
        return (len(_STAGES) + 1 + _LAST.index(resource.type), resource.type, resource.id)
    return (len(_STAGES), resource.type, resource.id)
