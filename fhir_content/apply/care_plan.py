"""The two forms of the result: a CarePlan that contains everything, or a Bundle of resources.

https://hl7.org/fhir/R4/careplan.html
"""

from __future__ import annotations

from typing import Any

from fhir_content.apply.messages import MESSAGES
from fhir_content.apply.request import Request
from fhir_content.source import Json

Made = dict[str, Json]


def care_plan(group: Made, resources: list[Made], request: Request) -> Made:
    """A CarePlan whose one activity is the RequestGroup; it and all that was made is contained."""
    contained, outcomes = _flat([group, *resources])
    goals: list[Json] = [{"reference": f"#{each['id']}"} for each in contained if each["resourceType"] == "Goal"]
    made: Made = {"resourceType": "CarePlan", "id": group["id"]}
    if request.language:
        made["language"] = request.language
    made["contained"] = [*contained, *outcomes]
    if outcomes:
        made["extension"] = [{"url": MESSAGES, "valueReference": {"reference": f"#{each['id']}"}} for each in outcomes]
    made |= {name: group[name] for name in ("instantiatesCanonical", "status", "intent", "subject") if name in group}
    if "encounter" in group:
        made["encounter"] = group["encounter"]
    if request.practitioner and "author" in group:
        made["author"] = group["author"]
    if goals:
        made["goal"] = goals
    return {**made, "activity": [{"reference": {"reference": f"#{group['id']}"}}]}


def bundle(group: Made, resources: list[Made], questions: list[Made]) -> Made:
    """A Bundle of the RequestGroup and what was made, in the order of making."""
    entries: list[Json] = [{"resource": each} for each in (group, *resources, *questions)]
    return {"resourceType": "Bundle", "id": group["id"], "type": "collection", "entry": entries}


def _flat(resources: list[Made]) -> tuple[list[Made], list[Made]]:
    """The resources without what they contain, and the OperationOutcomes that were in them: FHIR contains one deep."""
    flat: list[Made] = []
    below: list[Any] = []
    for resource in resources:
        flat.append({name: value for name, value in resource.items() if name != "contained"})
        inside = resource.get("contained")
        below += inside if isinstance(inside, list) else []
    outcomes = [each for each in below if each.get("resourceType") == "OperationOutcome"]
    own = outcomes[:1] if resources[0].get("contained") else []
    return flat, [*outcomes[len(own) :], *own]
