"""Extensions of a definition, copied to what is made of it; a cqf-expression in one is evaluated on the way.

https://hl7.org/fhir/extensions/StructureDefinition-cqf-expression.html
"""

from __future__ import annotations

from fhir_content.apply.expression import Expressions
from fhir_content.apply.fhir_value import UnfitError, as_type
from fhir_content.apply.logic import LogicError
from fhir_content.apply.messages import Messages
from fhir_content.resource import Element
from fhir_content.source import Json
from fhir_content.structure import definitions

CQF_EXPRESSION = "http://hl7.org/fhir/StructureDefinition/cqf-expression"
_CPG = "http://hl7.org/fhir/uv/cpg/StructureDefinition/"
_CQFM = "http://hl7.org/fhir/us/cqfmeasures/StructureDefinition/"
_CORE = "http://hl7.org/fhir/StructureDefinition/"
# What a definition says about itself as an artifact, and not about the care that it proposes.
OF_AN_ARTIFACT = frozenset({f"{_CPG}cpg-knowledgeCapability", f"{_CPG}cpg-knowledgeRepresentationLevel"})
OF_A_PLAN = OF_AN_ARTIFACT | {
    f"{_CPG}cpg-questionnaire-generate",
    f"{_CQFM}cqfm-softwaresystem",
    f"{_CQFM}cqfm-logicDefinition",
    f"{_CQFM}cqfm-effectiveDataRequirements",
    f"{_CORE}cqf-directReferenceCode",
    f"{_CORE}cqf-logicDefinition",
    "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-questionnaireAdaptive",
    "http://hl7.org/fhir/uv/crmi/StructureDefinition/crmi-effectiveDataRequirements",
}


def copied(
    element: Element, expressions: Expressions, messages: Messages, leave: frozenset[str] = frozenset()
) -> list[Json]:
    """The extensions of an element but for those to `leave`, each with its expression evaluated."""
    kept = (each for each in element.each("extension") if each.text("url") not in leave)
    return [_resolved(each, expressions, messages) for each in kept]


def _resolved(extension: Element, expressions: Expressions, messages: Messages) -> Json:
    data = extension.value
    if not isinstance(data, dict):
        return data
    for name, shadow in list(data.items()):
        value = name.removeprefix("_")
        expression = _expression(extension, name) if value.startswith("value") and isinstance(shadow, dict) else None
        child = definitions().structure("Extension")
        if expression is None or child is None or value not in child.children:
            continue
        try:
            found = expressions.evaluate(expression, extension.resource).values
            made = as_type(found[0], child.children[value].type) if found else None
        except (LogicError, UnfitError) as error:
            messages.error(f"extension {extension.text('url')}: {error}")
            return data
        rest = {key: each for key, each in data.items() if key not in (value, f"_{value}")}
        return rest if made is None else {**rest, value: made}
    return data


def _expression(extension: Element, name: str) -> Element | None:
    """The cqf-expression on the value of an extension, be it a primitive (`_valueString`) or not."""
    value = extension.get(name)
    for each in value.each("extension") if value is not None else ():
        if each.text("url") == CQF_EXPRESSION:
            return each.get("valueExpression")
    return None
