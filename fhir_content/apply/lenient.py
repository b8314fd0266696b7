"""Content in use writes numbers as text and single values where a list belongs; every other reader takes them.

Such a definition is a finding for the validator. What is made of it must still be FHIR that can be read, so the slip
is put right before the definition is applied.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation

from fhir_content.resource import Resource
from fhir_content.source import Json
from fhir_content.structure import Child, Structure, definitions

_MAX_DEPTH = 100


def put_right(resource: Resource) -> Resource:
    """The resource with numbers as numbers and lists as lists; itself, where nothing was amiss."""
    structure = definitions().structure(resource.type)
    if structure is None:
        return resource
    data = _object(resource.data, structure, 0)
    return resource if data == resource.data else Resource(data, resource.source)


def _object(data: dict[str, Json], structure: Structure, depth: int) -> dict[str, Json]:
    if depth > _MAX_DEPTH:
        return data
    return {name: _value(value, structure.children.get(name), depth) for name, value in data.items()}


def _value(value: Json, child: Child | None, depth: int) -> Json:
    if child is None or value is None:
        return value
    if child.is_list and not isinstance(value, list):
        value = [value]
    if isinstance(value, list):
        return [_item(each, child, depth) for each in value]
    return _item(value, child, depth)


def _item(value: Json, child: Child, depth: int) -> Json:
    if isinstance(value, dict):
        own = definitions().structure(str(value["resourceType"])) if "resourceType" in value else child.structure
        return value if own is None else _object(value, own, depth + 1)
    convert = _CONVERSIONS.get(child.type)
    if convert is None or not isinstance(value, str):
        return value
    try:
        return convert(value)
    except (ValueError, KeyError, InvalidOperation):
        return value


def _decimal(text: str) -> Decimal:
    number = Decimal(text)
    if not number.is_finite() or len(text) > 40:
        raise ValueError(text)
    return number


def _integer(text: str) -> int:
    if len(text) > 12:
        raise ValueError(text)
    return int(text)


_BOOLEANS: Mapping[str, bool] = {"true": True, "false": False}
_CONVERSIONS: Mapping[str, Callable[[str], Json]] = {
    "boolean": lambda text: _BOOLEANS[text],
    "decimal": _decimal,
    "integer": _integer,
    "positiveInt": _integer,
    "unsignedInt": _integer,
}
