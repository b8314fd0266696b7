"""Goals: each PlanDefinition.goal becomes a proposed Goal of the subject.

https://hl7.org/fhir/R4/goal.html
"""

from __future__ import annotations

from fhir_content.resource import Element
from fhir_content.source import Json

PERTAINS_TO_GOAL = "http://hl7.org/fhir/StructureDefinition/resource-pertainsToGoal"


def goal_of(goal: Element, number: int, subject: str) -> dict[str, Json]:
    """The Goal resource of a goal element; `number` counts from 1 and is its id."""
    made: dict[str, Json] = {"resourceType": "Goal", "id": str(number), "lifecycleStatus": "proposed"}
    data = goal.value if isinstance(goal.value, dict) else {}
    if "category" in data:
        made["category"] = [data["category"]]
    made |= {name: data[name] for name in ("priority", "description") if name in data}
    made["subject"] = {"reference": subject}
    if "start" in data:
        made["startCodeableConcept"] = data["start"]
    targets = [_target(target) for target in goal.each("target")]
    if targets:
        made["target"] = [*targets]
    return made


def _target(target: Element) -> dict[str, Json]:
    data = target.value if isinstance(target.value, dict) else {}
    made = {name: value for name, value in data.items() if name == "measure" or name.startswith("detail")}
    if "extension" in data:
        made["extension"] = data["extension"]
    if "due" in data:
        made["dueDuration"] = data["due"]
    return made
