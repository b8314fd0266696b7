"""The changes as text, as a page under the WHO's headings, or as a FHIRPatch."""

from __future__ import annotations

from collections.abc import Sequence

from fhir_content.difference import Change, Class, Operation
from fhir_content.source import Json, dumps

_HEADINGS = {
    Class.NON_COMPATIBLE: "Non-compatible changes",
    Class.COMPATIBLE: "Compatible, substantive changes",
    Class.NON_SUBSTANTIVE: "Non-substantive changes",
}


def render(format_name: str, changes: Sequence[Change], old: str, new: str) -> str:
    """In one of the formats text, markdown, fhirpatch."""
    if format_name == "fhirpatch":
        return dumps(fhir_patch(changes), pretty=True).decode().rstrip("\n")
    if format_name == "markdown":
        return _page(changes, old, new)
    counts = ", ".join(f"{sum(each.kind is kind for each in changes)} {kind}" for kind in Class)
    return "\n".join([*(f"{each.kind:<22} {each.sentence}" for each in changes), f"{old} -> {new}: {counts}"])


def _page(changes: Sequence[Change], old: str, new: str) -> str:
    lines = [f"# Changes from {old} to {new}"]
    for kind, heading in _HEADINGS.items():
        listed = [f"- {each.sentence}" for each in changes if each.kind is kind]
        lines += ["", f"## {heading}", "", *(listed or ["None."])]
    return "\n".join(lines)


def fhir_patch(changes: Sequence[Change]) -> dict[str, Json]:
    """Parameters shaped as FHIRPatch, with the resource and the class of each operation beside it.

    https://hl7.org/fhir/R4/fhirpatch.html
    """
    operations: list[Json] = []
    for each in changes:
        parts: list[Json] = [
            {"name": "type", "valueCode": each.operation.value},
            {"name": "path", "valueString": each.path},
            {"name": "resource", "valueString": each.key},
            {"name": "class", "valueCode": each.kind.value},
        ]
        if each.operation is not Operation.DELETE and each.new:
            parts.append({"name": "value", "valueString": each.new})
        if each.operation is not Operation.ADD and each.old:
            parts.append({"name": "previous", "valueString": each.old})
        operations.append({"name": "operation", "part": parts})
    return {"resourceType": "Parameters", "parameter": operations}
