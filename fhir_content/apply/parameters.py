"""Parameters of the call, and inputs of actions, as the values that CQL parameters take."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from fhir_content.apply.request import ApplyError, Request
from fhir_content.cql import CqlError, Quantity
from fhir_content.cql.model import Element, model_at
from fhir_content.source import Json
from fhir_content.structure import definitions


def parameters_in(resource: Json) -> dict[str, Json]:
    """The entries of a Parameters resource by name; one that stands twice is a list. Raises ApplyError."""
    if resource is None:
        return {}
    if not isinstance(resource, dict) or resource.get("resourceType") != "Parameters":
        raise ApplyError("the parameters are not a Parameters resource")
    entries = resource.get("parameter", [])
    if not isinstance(entries, list) or not all(isinstance(each, dict) and each.get("name") for each in entries):
        raise ApplyError("every entry of the parameters needs a name")
    found: dict[str, list[Json]] = {}
    for entry in entries:
        if isinstance(entry, dict):
            found.setdefault(str(entry["name"]), []).append(entry)
    return {name: values[0] if len(values) == 1 else values for name, values in found.items()}


def cql_parameters(request: Request, inputs: Mapping[str, list[dict[str, Any]]]) -> dict[str, Any]:
    """Each parameter as a CQL value: primitives and quantities of System, everything else as FHIR has it."""
    zone = request.at.utcoffset()
    model = model_at(int(zone.total_seconds() // 60) if zone is not None else 0)
    values: dict[str, Any] = {name: [model.resource(each) for each in found] for name, found in inputs.items()}
    for name, entry in (request.parameters or {}).items():
        entries = entry if isinstance(entry, list) else [entry]
        try:
            made = [_value(each, model.offset) for each in entries if isinstance(each, dict)]
        except (CqlError, ArithmeticError, LookupError) as error:
            raise ApplyError(f"the parameter `{name}` cannot be read: {error}") from None
        values[name] = made if isinstance(entry, list) else made[0]
    return values


def _value(entry: dict[str, Json], offset: int) -> object:
    model = model_at(offset)
    if entry.get("resource") is not None:
        return model.resource(entry["resource"])
    key = next((key for key in entry if key.startswith("value")), "")
    child = definitions().structure("Parameters.parameter")
    found = child.children.get(key) if child is not None else None
    if found is None:
        raise LookupError("it has no value[x]")
    element = Element(model.type_of(found.structure), entry[key])
    if found.is_primitive:
        value = element.get("value")
        if value is None:
            raise LookupError(f"`{entry[key]}` is not a {found.type}")
        return value
    data = entry[key]
    if found.type == "Quantity" and isinstance(data, dict):
        return Quantity(Decimal(str(data.get("value"))), str(data.get("code") or data.get("unit") or "1"))
    return element
