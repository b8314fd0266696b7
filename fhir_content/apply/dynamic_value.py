"""dynamicValue: an element of the result set to what an expression gives.

https://hl7.org/fhir/R4/plandefinition-definitions.html#PlanDefinition.action.dynamicValue
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from fhir_content.apply.element_path import PathError, set_at
from fhir_content.apply.explanation import Changed
from fhir_content.apply.expression import Expressions
from fhir_content.apply.fhir_value import UnfitError, described
from fhir_content.apply.logic import LogicError
from fhir_content.apply.messages import Messages
from fhir_content.resource import Element
from fhir_content.source import Json

# `action.title`, and `action.action.title` written from the plan's root: both mean the action at hand.
_ACTION = re.compile(r"(?:action\.)+")


@dataclass(slots=True)
class Target:
    """What may be changed: the resource made, and the RequestGroup's action that points at it; one may be absent."""

    resource: dict[str, Json] | None
    action: dict[str, Json] | None = None

    def of(self, path: str) -> tuple[dict[str, Json], str, str]:
        """What a path speaks of: the thing, its type, the path within it; raises PathError where it is not here."""
        plain = path.replace("%", "")
        in_action = _ACTION.match(plain)
        if self.action is not None and (in_action or self.resource is None):
            return self.action, "RequestGroup.action", plain[in_action.end() :] if in_action else plain
        if self.resource is None:
            raise PathError(f"`{path}`: there is no resource to set it in")
        return self.resource, str(self.resource["resourceType"]), plain


def set_dynamic_values(
    definition: Element, target: Target, expressions: Expressions, messages: Messages
) -> list[Changed]:
    """Set each dynamicValue of an action or definition, in order; one that cannot be set is a message, not an end."""
    return [_set(each, target, expressions, messages) for each in definition.each("dynamicValue")]


def _set(dynamic_value: Element, target: Target, expressions: Expressions, messages: Messages) -> Changed:
    path, expression = dynamic_value.text("path"), dynamic_value.get("expression")
    changed = Changed(path, expression.text("expression") if expression is not None else "")
    if not path or expression is None:
        return changed
    try:
        values = list(expressions.evaluate(expression, dynamic_value.resource).values)
        changed.value = described(values[0] if len(values) == 1 else values) if values else "null"
        if not values:
            changed.error = "the value is null"
            messages.warning(f"dynamicValue `{path}`: `{changed.expression}` gave nothing, so nothing was set")
            return changed
        thing, type_name, inside = target.of(path)
        set_at(thing, inside, values, type_name)
    except (LogicError, PathError, UnfitError) as error:
        changed.error = str(error)
        messages.error(f"dynamicValue `{path}`: {error}")
    return changed
