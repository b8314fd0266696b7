"""ActivityDefinition/$apply: the one resource that a definition proposes for the subject.

https://hl7.org/fhir/R4/activitydefinition-operation-apply.html
"""

from __future__ import annotations

from copy import deepcopy

from fhir_content.apply.activity_kinds import KINDS, REQUIRED
from fhir_content.apply.dynamic_value import Target, set_dynamic_values
from fhir_content.apply.explanation import Changed
from fhir_content.apply.expression import Expressions
from fhir_content.apply.extension import OF_AN_ARTIFACT, copied
from fhir_content.apply.messages import Messages
from fhir_content.apply.request import ApplyError
from fhir_content.resource import Resource
from fhir_content.source import Json
from fhir_content.structure import definitions

_KIND = "http://hl7.org/fhir/uv/cpg/StructureDefinition/cpg-activity-kind"


def kind_of(activity: Resource) -> str:
    """The kind of resource to make: CPG's extension, which knows more kinds, else `kind`; raises ApplyError."""
    kind = activity.root.text("kind")
    for extension in activity.root.each("extension"):
        if extension.text("url") == _KIND:
            kind = extension.text("valueString") or extension.text("valueCode") or kind
    if kind not in KINDS:
        known = ", ".join(KINDS)
        raise ApplyError(f"{activity.key}: the kind `{kind}` cannot be made; it must be one of {known}")
    return kind


def apply_activity(
    activity: Resource, expressions: Expressions, messages: Messages
) -> tuple[dict[str, Json], list[Changed]]:
    """The resource made of an ActivityDefinition, with its own dynamicValues set; raises ApplyError where it cannot be.

    Its id is the definition's; `messages` gets what could not be evaluated.
    """
    kind = kind_of(activity)
    _check_required(activity, kind)
    made: dict[str, Json] = {"resourceType": kind, "id": activity.id}
    profile = activity.root.text("profile")
    if profile:
        made["meta"] = {"profile": [profile]}
    extensions = copied(activity.root, expressions, messages, OF_AN_ARTIFACT)
    if extensions:
        made["extension"] = extensions
    made |= deepcopy(KINDS[kind](activity, expressions.request))
    _check_status(activity, made)
    return made, set_dynamic_values(activity.root, Target(made), expressions, messages)


def _check_required(activity: Resource, kind: str) -> None:
    element, target = REQUIRED.get(kind, ("", ""))
    given = any(name.startswith(element) for name in activity.data)
    paths = [each.text("path").replace("%", "") for each in activity.root.each("dynamicValue")]
    if element and not given and not any(path.startswith((target, f"{kind}.{target}")) for path in paths):
        raise ApplyError(f"{activity.key}: a {kind} needs `{element}`; state it, or set `{target}` by a dynamicValue")


def _check_status(activity: Resource, made: dict[str, Json]) -> None:
    """Status and intent are codes of required value sets: a wrong one makes a resource that nobody can read."""
    from fhir_content.terminology import terminology

    structure = definitions().structure(str(made["resourceType"]))
    for name in ("status", "intent"):
        child = structure.children.get(name) if structure is not None and name in made else None
        if child is None or child.binding is None:
            continue
        expansion = terminology().value_set(child.binding.value_set)
        if expansion is not None and expansion.complete and made[name] not in expansion.codes:
            raise ApplyError(f"{activity.key}: `{made[name]}` is not a {name} of {made['resourceType']}")
