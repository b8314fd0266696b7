"""action.input: the data that an action asks for, as `%id` in its expressions.

https://hl7.org/fhir/R4/metadatatypes.html#DataRequirement
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fhir_content.apply.expression import Expressions
from fhir_content.resource import Element
from fhir_content.source import Json


def inputs_of(action: Element, expressions: Expressions) -> dict[str, list[dict[str, Any]]]:
    """The subject's resources for each input with an id and a code filter, by that id."""
    found: dict[str, list[dict[str, Any]]] = {}
    for requirement in action.each("input"):
        filters = list(requirement.each("codeFilter"))
        if requirement.text("id") and filters:
            found[requirement.text("id")] = [
                resource
                for resource in expressions.request.data
                if resource["resourceType"] == requirement.text("type")
                and all(_passes(resource, each, expressions) for each in filters)
            ]
    return found


def _passes(resource: dict[str, Any], code_filter: Element, expressions: Expressions) -> bool:
    wanted = {(each.text("system"), each.text("code")) for each in code_filter.each("code")}
    value_set = code_filter.text("valueSet")
    if value_set:
        wanted |= {(str(system), str(code)) for system, code in expressions.logic.value_set(value_set) or ()}
    present = set(_codes(resource.get(code_filter.text("path") or "code")))
    return not wanted or bool(wanted & present)


def _codes(value: Json) -> Iterator[tuple[str, str]]:
    if isinstance(value, list):
        for item in value:
            yield from _codes(item)
    elif isinstance(value, dict):
        if "code" in value and not isinstance(value.get("coding"), list):
            yield str(value.get("system", "")), str(value["code"])
        yield from _codes(value.get("coding"))
    elif isinstance(value, str):
        yield "", value
