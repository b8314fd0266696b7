"""A value that an expression gave, as FHIR JSON of the type that an element asks for.

What fits without loss is fitted (a code into a CodeableConcept, a date into a dateTime); anything else is refused,
for a value of the wrong type would make a resource that nobody can read. https://hl7.org/fhir/R4/json.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

from fhir_content.cql import Code, Concept, Date, DateTime, Interval, Quantity, Ratio, Time, Tuple
from fhir_content.cql.interval import end, start
from fhir_content.cql.model import Element
from fhir_content.fhirpath import Quantity as PathQuantity
from fhir_content.fhirpath import Temporal, Typed
from fhir_content.source import Json
from fhir_content.structure import definitions

_UCUM = "http://unitsofmeasure.org"
_CALENDAR = {
    "year": "a",
    "month": "mo",
    "week": "wk",
    "day": "d",
    "hour": "h",
    "minute": "min",
    "second": "s",
    "millisecond": "ms",
}
_TEXT = frozenset(
    {"string", "code", "uri", "url", "canonical", "id", "markdown", "oid", "uuid", "base64Binary", "xhtml"}
)
_WHOLE = frozenset({"integer", "positiveInt", "unsignedInt"})
_QUANTITIES = frozenset({"Quantity", "SimpleQuantity", "Age", "Count", "Distance", "Duration", "MoneyQuantity"})


class UnfitError(ValueError):
    """The value cannot stand in an element of that type."""


def as_type(value: object, wanted: str) -> Json:
    """The value as JSON of a FHIR type; raises UnfitError, naming both types, where it does not fit."""
    if isinstance(value, Element):
        return _from_fhir(value.type.name, value.type.names, value.data, wanted)
    if isinstance(value, Typed):
        return _from_fhir(value.type.name, value.type.lineage, value.data, wanted)
    system = _from_primitive(value, wanted)
    if system is None:
        system = _from_structure(value, wanted)
    if system is None:
        raise UnfitError(f"{described(value)} does not fit an element of type {wanted}")
    return system


def fitting(value: object, wanted: Iterable[str]) -> str | None:
    """The first of these types that the value fits, exact ones before those that take a conversion."""
    own = _own_types(value)
    order = sorted(wanted, key=lambda name: own.index(name) if name in own else len(own))
    for name in order:
        try:
            as_type(value, name)
        except UnfitError:
            continue
        return name
    return None


def described(value: object) -> str:
    """The value in words, short: for messages and explanations."""
    if isinstance(value, str):
        text = f"'{value}'"
    elif isinstance(value, list):
        inside = ", ".join(described(each) for each in value[:5])
        text = f"{{{inside}{', ...' if len(value) > 5 else ''}}}"
    elif isinstance(value, Element | Typed):
        text = _described_data(value.type.name, value.data)
    elif value is None or isinstance(value, bool):
        text = {None: "null", True: "true", False: "false"}[value]
    else:
        text = repr(value) if isinstance(value, Interval | Quantity | Ratio | Code | Concept | Tuple) else str(value)
    return text if len(text) <= 160 else f"{text[:157]}..."


def _own_types(value: object) -> list[str]:
    """The FHIR types that a value is nearest to, nearest first."""
    if isinstance(value, Element | Typed):
        return [value.type.name]
    return _NEAREST.get(type(value).__name__, [])


_NEAREST = {
    "bool": ["boolean"],
    "int": ["integer", "positiveInt", "unsignedInt", "decimal"],
    "Decimal": ["decimal"],
    "str": ["string", "code", "uri", "canonical", "markdown"],
    "Date": ["date", "dateTime"],
    "DateTime": ["dateTime", "instant"],
    "Time": ["time"],
    "Code": ["Coding", "CodeableConcept"],
    "Concept": ["CodeableConcept"],
    "Quantity": ["Quantity", "Duration", "Age"],
    "Ratio": ["Ratio"],
    "Interval": ["Period", "Range"],
}


def _from_fhir(name: str, names: Iterable[str], data: Json, wanted: str) -> Json:
    if wanted in names or (name in _QUANTITIES and wanted in _QUANTITIES):
        return data
    if name == "Coding" and wanted == "CodeableConcept":
        return {"coding": [data]}
    structure = definitions().structure(name)
    if structure is not None and structure.kind == "primitive-type":
        for simple in (_from_primitive(data, wanted), _widened(name, data, wanted)):
            if simple is not None:
                return simple
    raise UnfitError(f"a {name} does not fit an element of type {wanted}")


def _widened(name: str, data: Json, wanted: str) -> Json:
    """Dates and times stay the text they are in FHIR."""
    allowed = {"date": ("dateTime",), "dateTime": ("instant",), "instant": ("dateTime",)}
    return data if wanted in allowed.get(name, ()) else None


def _from_primitive(value: object, wanted: str) -> Json:
    if isinstance(value, bool):
        return value if wanted == "boolean" else None
    if isinstance(value, int):
        return int(value) if wanted in _WHOLE or wanted == "decimal" else None
    if isinstance(value, Decimal):
        return value if wanted == "decimal" else None
    if isinstance(value, str):
        # A bare text where a concept is wanted is taken as its code, as the reference does.
        concept: Json = {"coding": [{"code": value}]}
        return value if wanted in _TEXT else concept if wanted == "CodeableConcept" else None
    if isinstance(value, Date | DateTime | Time | Temporal):
        return _moment(value, wanted)
    return None


def _moment(value: Date | DateTime | Time | Temporal, wanted: str) -> Json:
    text = str(value).removeprefix("@")
    if text.startswith("T") or isinstance(value, Time):
        return text.removeprefix("T") if wanted == "time" else None
    day, _, clock = text.partition("T")
    if not clock:
        return day if wanted in ("date", "dateTime") else None
    # FHIR writes seconds wherever it writes a time of day.
    missing = {2: ":00:00", 5: ":00"}.get(len(re.split(r"[Z+-]", clock)[0]), "")
    at = len(re.split(r"[Z+-]", clock)[0])
    return f"{day}T{clock[:at]}{missing}{clock[at:]}" if wanted in ("dateTime", "instant") else None


def _from_structure(value: object, wanted: str) -> Json:
    convert: Callable[[Any, str], Json] | None = _CONVERSIONS.get(type(value))
    return convert(value, wanted) if convert is not None else None


def _code(value: Code, wanted: str) -> Json:
    named = {"system": value.system, "version": value.version, "code": value.code, "display": value.display}
    coding: dict[str, Json] = {name: part for name, part in named.items() if part}
    if wanted == "CodeableConcept":
        return {"coding": [coding]}
    return coding if wanted == "Coding" else value.code if wanted == "code" else None


def _concept(value: Concept, wanted: str) -> Json:
    if wanted != "CodeableConcept":
        return None
    codings: list[Json] = [_code(each, "Coding") for each in value.codes or [] if each is not None]
    concept: dict[str, Json] = {"coding": codings} if codings else {}
    return {**concept, "text": value.display} if value.display else concept


def _quantity(value: Quantity, wanted: str) -> Json:
    if wanted not in _QUANTITIES or value.value is None:
        return None
    unit = value.unit or "1"
    code = _CALENDAR.get(unit.removesuffix("s"), unit)
    return {"value": value.value, "unit": unit, "system": _UCUM, "code": code}


def _path_quantity(value: PathQuantity, wanted: str) -> Json:
    return _quantity(Quantity(value.value, value.unit), wanted)


def _ratio(value: Ratio, wanted: str) -> Json:
    if wanted != "Ratio":
        return None
    parts = {"numerator": value.numerator, "denominator": value.denominator}
    return {name: _quantity(part, "Quantity") for name, part in parts.items() if part is not None}


def _interval(value: Interval, wanted: str) -> Json:
    if wanted not in ("Period", "Range"):
        return None
    point = "dateTime" if wanted == "Period" else "Quantity"
    names = ("start", "end") if wanted == "Period" else ("low", "high")
    # FHIR's bounds are included: an excluded one becomes the last point inside.
    ends = (value.low if value.low is None else start(value), value.high if value.high is None else end(value))
    bounds = {name: bound for name, bound in zip(names, ends, strict=True) if bound is not None}
    try:
        return {name: as_type(bound, point) for name, bound in bounds.items()}
    except UnfitError:
        return None


_CONVERSIONS: dict[type, Callable[[Any, str], Json]] = {
    Code: _code,
    Concept: _concept,
    Quantity: _quantity,
    PathQuantity: _path_quantity,
    Ratio: _ratio,
    Interval: _interval,
}


def _described_data(name: str, data: object) -> str:
    if not isinstance(data, dict):
        return f"{data}" if data is not None else "null"
    if "resourceType" in data:
        return _described_resource(data)
    if name in _QUANTITIES:
        return f"{data.get('comparator', '')}{data.get('value')} {data.get('unit') or data.get('code') or ''}".strip()
    if data.get("text") or data.get("display"):
        return str(data.get("text") or data.get("display"))
    codings = data.get("coding")
    if isinstance(codings, list) and codings and isinstance(codings[0], dict):
        return str(codings[0].get("display") or codings[0].get("code"))
    return f"{name} {data}"


def _described_resource(data: dict[str, Any]) -> str:
    """A resource by its id, with the value and the date that a reader looks for first."""
    told = f"{data['resourceType']}/{data.get('id', '?')}"
    quantity, concept = data.get("valueQuantity"), data.get("valueCodeableConcept")
    value = _described_data("Quantity", quantity) if isinstance(quantity, dict) else ""
    value = _described_data("CodeableConcept", concept) if isinstance(concept, dict) else value
    dates = (data.get(name) for name in ("effectiveDateTime", "onsetDateTime", "authoredOn", "performedDateTime"))
    day = next((each[:10] for each in dates if isinstance(each, str)), "")
    inside = ", ".join(each for each in (value, day) if each)
    return f"{told} ({inside})" if inside else told
