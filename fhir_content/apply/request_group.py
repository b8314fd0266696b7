"""The RequestGroup that a PlanDefinition becomes, and its actions.

https://hl7.org/fhir/R4/requestgroup.html
"""

from __future__ import annotations

from fhir_content.apply.request import Request
from fhir_content.resource import Element, Resource
from fhir_content.source import Json

_TIMINGS = ("timingDateTime", "timingAge", "timingPeriod", "timingDuration", "timingRange", "timingTiming")
_COPIED = ("id", "title", "description", "textEquivalent", "priority", "type", "selectionBehavior", *_TIMINGS)
_CONDITION = ("kind", "expression")
_RELATED = ("actionId", "relationship", "offsetDuration", "offsetRange")


def request_group(plan: Resource, request: Request) -> dict[str, Json]:
    """A RequestGroup for the subject, without actions: a proposal, never an order."""
    made: dict[str, Json] = {"resourceType": "RequestGroup", "id": plan.id}
    if request.language:
        made["language"] = request.language
    if plan.url:
        made["instantiatesCanonical"] = [str(plan.canonical)]
    made |= {"status": "active", "intent": "proposal", "subject": {"reference": request.subject}}
    if request.encounter:
        made["encounter"] = {"reference": request.encounter}
    author = request.organization or request.practitioner
    if author:
        made["author"] = {"reference": author}
    return made


def action_of(action: Element) -> dict[str, Json]:
    """The RequestGroup's action for an action of the plan, without what is below it or comes of it."""
    data = action.value if isinstance(action.value, dict) else {}
    made: dict[str, Json] = {name: data[name] for name in _COPIED if name in data}
    made |= {f"_{name}": data[f"_{name}"] for name in _COPIED if f"_{name}" in data}
    code = data.get("code")
    if isinstance(code, list) and code:
        made["code"] = [code[0]]
    if "documentation" in data:
        made["documentation"] = data["documentation"]
    for name, parts in (("condition", _CONDITION), ("relatedAction", _RELATED)):
        kept: list[Json] = [_parts(each, parts) for each in action.each(name)]
        if kept:
            made[name] = kept
    return made


def _parts(element: Element, names: tuple[str, ...]) -> dict[str, Json]:
    data = element.value if isinstance(element.value, dict) else {}
    return {name: data[name] for name in names if name in data}
