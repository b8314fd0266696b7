"""Whether an action applies: its applicability conditions, all of which must be true.

Null, false, an error, or a value that is no Boolean count as "no"; the explanation keeps them apart.
https://hl7.org/fhir/R4/plandefinition-definitions.html#PlanDefinition.action.condition
"""

from __future__ import annotations

from collections.abc import Iterator

from fhir_content.apply.explanation import Judged
from fhir_content.apply.expression import Expressions
from fhir_content.apply.fhir_value import described
from fhir_content.apply.logic import LogicError
from fhir_content.apply.messages import Messages
from fhir_content.cql.model import Element as CqlElement
from fhir_content.fhirpath import Typed
from fhir_content.resource import Element


def judge(action: Element, expressions: Expressions, messages: Messages, *, explain: bool) -> Iterator[Judged]:
    """Each applicability condition of an action, judged; the caller stops at the first that does not hold."""
    for condition in action.each("condition"):
        if condition.text("kind") != "applicability":
            continue
        expression = condition.get("expression")
        if expression is None:
            # A condition that asks nothing is no reason to leave the action out.
            yield Judged("", "", value="no expression", holds=True)
            continue
        yield _judged(expression, expressions, messages, explain)


def _judged(expression: Element, expressions: Expressions, messages: Messages, explain: bool) -> Judged:
    language, text = expression.text("language"), expression.text("expression")
    try:
        value = expressions.evaluate(expression, expression.resource, explain=explain)
    except LogicError as error:
        messages.error(f"condition `{text}`: {error}")
        return Judged(text, language, error=str(error))
    judged = Judged(value.expression, value.language, value.library, behind=value.behind)
    judged.value = described(value.values[0]) if value.values else "null"
    judged.holds = bool(value.values) and _boolean(value.values[0]) is True
    return judged


def _boolean(value: object) -> bool | None:
    """A Boolean, of CQL, FHIRPath or FHIR; None for anything else."""
    if isinstance(value, CqlElement | Typed):
        value = value.data if value.type.name == "boolean" else None
    return value if isinstance(value, bool) else None
