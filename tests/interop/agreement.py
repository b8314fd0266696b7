"""Two results of $apply, compared; what the clarifications explain is set aside by name, nothing else is."""

import re

PERTAINS = "http://hl7.org/fhir/StructureDefinition/resource-pertainsToGoal"


def without_what_is_explained(result, *, nested):
    """A result less the four points of docs/clarifications-apply.md on which the reference departs from R4 or itself.

    The type of a reference in the Bundle form, Task.basedOn, and, in a plan that applies others, Goals (those of a
    nested plan have the ids of the outer plan's there, so that some are lost) and the number behind a repeated id
    (two plans there give two resources one id).
    """

    def walk(value, path):
        if isinstance(value, dict):
            return {name: walk(each, (*path, name)) for name, each in value.items() if keeps(value, name)}
        if isinstance(value, list):
            return [walk(each, path) for each in value if not (nested and is_goal(each))]
        if path[-2:] == ("resource", "reference"):
            value = value.rpartition("/")[2]
        is_id = path[-2:] in {("resource", "reference"), ("resource", "id"), ("contained", "id")}
        return re.sub(r"(?<=[a-z])[2-9]$", "", value) if nested and is_id else value

    def keeps(value, name):
        if name == "basedOn" and value.get("resourceType") == "Task":
            return False
        return not (nested and name in ("goal", "extension") and is_about_goals(value[name]))

    def is_about_goals(value):
        texts = str(value)
        return "Goal" in texts or PERTAINS in texts or all(set(each) == {"reference"} for each in value)

    def is_goal(value):
        return isinstance(value, dict) and (
            value.get("resourceType") == "Goal" or value.get("resource", {}).get("resourceType") == "Goal"
        )

    return walk(result, ())


def differences(ours, theirs, path=""):
    """Every place where the two differ, with both values."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        for name in sorted(ours.keys() | theirs.keys()):
            yield from differences(ours.get(name), theirs.get(name), f"{path}.{name}")
    elif isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        for index, (one, other) in enumerate(zip(ours, theirs, strict=True)):
            yield from differences(one, other, f"{path}[{index}]")
    elif ours != theirs:
        yield f"{path}: ours {str(ours)[:160]}, theirs {str(theirs)[:160]}"
