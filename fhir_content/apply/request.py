"""What $apply is asked: for whom, with which data, at what moment. Checked before anything is evaluated.

https://hl7.org/fhir/R4/plandefinition-operation-apply.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fhir_content.issue import Issue, Location, Severity
from fhir_content.source import Json, Source

_REFERENCE = re.compile(r"(?:(?P<type>[A-Z][A-Za-z]+)/)?(?P<id>[A-Za-z0-9._-]{1,64})")
_CLINICAL_CODES = ("code", "vaccineCode", "medicationCodeableConcept", "valueCodeableConcept")
RULE = "apply-input"


class ApplyError(Exception):
    """$apply cannot be done at all: nobody to apply to, no such definition, data that are not FHIR."""

    def __init__(self, message: str, issues: tuple[Issue, ...] = ()) -> None:
        super().__init__(message)
        self.issues = issues


@dataclass(frozen=True, slots=True)
class Request:
    """The input of one call. References are `Type/id`, "" where not given; `data` are resources, not Bundles."""

    subject: str
    data: tuple[dict[str, Any], ...]
    at: datetime
    encounter: str = ""
    practitioner: str = ""
    organization: str = ""
    language: str = ""
    parameters: Mapping[str, Json] | None = None

    def find(self, reference: str) -> dict[str, Any] | None:
        """The resource of a `Type/id` in the data, or None."""
        return next((each for each in self.data if f"{each['resourceType']}/{each.get('id')}" == reference), None)

    @property
    def patient(self) -> str:
        """The id of the subject where that is a Patient, else ""."""
        kind, _, id = self.subject.partition("/")
        return id if kind == "Patient" else ""


def reference(text: str, kind: str, *, others: tuple[str, ...] = ()) -> str:
    """`Type/id` of what a caller wrote: a bare id is of the usual kind; raises ApplyError for anything else."""
    if not text:
        return ""
    match = _REFERENCE.fullmatch(text.strip())
    if match is None:
        raise ApplyError(f"`{text}` is not a reference: write {kind}/id")
    if (match["type"] or kind) not in (kind, *others):
        raise ApplyError(f"`{text}` is a {match['type']}, where a {' or '.join((kind, *others))} is wanted")
    return f"{match['type'] or kind}/{match['id']}"


def subject_of(data: Iterable[Mapping[str, Any]], given: str) -> str:
    """The subject's reference: as given, else the one Patient in the data; raises ApplyError for none or several."""
    if given:
        return reference(given, "Patient", others=("Group", "Practitioner", "Organization", "Location", "Device"))
    found = sorted({str(each.get("id", "")) for each in data if each.get("resourceType") == "Patient"})
    if not found:
        raise ApplyError("there is no subject: name one (--subject Patient/x), or give data with a Patient")
    if len(found) > 1:
        listed = ", ".join(f"Patient/{id}" for id in found[:5])
        raise ApplyError(f"the data hold {len(found)} patients ({listed}): say which is meant (--subject Patient/x)")
    if not found[0]:
        raise ApplyError("the Patient in the data has no id: give it one")
    return f"Patient/{found[0]}"


def resources_in(data: Json, where: str = "the data", depth: int = 0) -> Iterator[dict[str, Any]]:
    """The resources of a Bundle, also of Bundles in it, or the one resource; raises ApplyError for anything else."""
    if not isinstance(data, dict) or not isinstance(data.get("resourceType"), str):
        raise ApplyError(f"{where} is not a FHIR resource: it has no resourceType")
    if data["resourceType"] != "Bundle":
        yield data
        return
    entries = data.get("entry", [])
    if not isinstance(entries, list) or depth > 5:
        raise ApplyError(f"{where} is not a readable Bundle: `entry` must be a list, and Bundles not nested so deep")
    for index, entry in enumerate(entries):
        resource = entry.get("resource") if isinstance(entry, dict) else None
        if resource is None:
            raise ApplyError(f"{where}: entry[{index}] holds no resource")
        yield from resources_in(resource, f"{where}: entry[{index}].resource", depth + 1)


def data_issues(source: Source) -> Iterator[Issue]:
    """What makes clinical data useless for logic: a code without a system, which no value set can ever contain."""
    for path, resource in _resources_at(source.data, ()):
        for name in _CLINICAL_CODES:
            concept = resource.get(name)
            codings = concept.get("coding") if isinstance(concept, dict) else None
            for index, coding in enumerate(codings if isinstance(codings, list) else []):
                if isinstance(coding, dict) and "code" in coding and not coding.get("system"):
                    line, column = source.place((*path, name, "coding", index))
                    key = f"{resource['resourceType']}/{resource.get('id', '?')}"
                    message = f"{key}.{name}: the code `{coding['code']}` has no system, so nothing can tell what it is"
                    where = Location(source.file, line, column, f"{resource['resourceType']}.{name}.coding[{index}]")
                    yield Issue(where, RULE, Severity.ERROR, message, "incomplete", "write `system` beside `code`")


def _resources_at(data: Json, path: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], dict[str, Any]]]:
    if not isinstance(data, dict) or len(path) > 20:
        return
    if data.get("resourceType") != "Bundle":
        if isinstance(data.get("resourceType"), str):
            yield path, data
        return
    entries = data.get("entry")
    for index, entry in enumerate(entries if isinstance(entries, list) else []):
        if isinstance(entry, dict):
            yield from _resources_at(entry.get("resource"), (*path, "entry", index, "resource"))
