"""FHIR elements made by the logic, and CQL values as FHIR JSON.

https://cql.hl7.org/02-authorsguide.html#instance-selectors https://hl7.org/fhir/R4/json.html
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from fhir_content.cql.elm import Closure, State
from fhir_content.cql.error import CqlError
from fhir_content.cql.interval import Interval
from fhir_content.cql.model import Element, Type, model_at, structure_named
from fhir_content.cql.temporal import HOUR, MILLISECOND, SECOND, Date, DateTime, Time
from fhir_content.cql.units import calendar_unit
from fhir_content.cql.values import Code, Concept, Quantity, Ratio, Tuple, Uncertainty, Value
from fhir_content.structure import Child

UCUM = "http://unitsofmeasure.org"
_PLAIN = (bool, int, str, Decimal)
_CALENDAR = {"year": "a", "month": "mo", "week": "wk", "day": "d", "hour": "h", "minute": "min", "second": "s"}


def instance(name: str, elements: list[tuple[str, Closure]]) -> Closure:
    """What makes an element of a FHIR type; a code set of the model info is made as a code."""
    known = structure_named(name)
    kind = known.path if known else "code"

    def run(state: State) -> Element:
        type = model_at(state[0].offset).type(kind)
        values = {key: value for key, closure in elements if (value := closure(state)) is not None}
        if type.primitive:
            extra = {key: json_of(value) for key, value in values.items() if key != "value"}
            return Element(type, json_of(values.get("value")), extra or None)
        data: dict[str, Value] = {"resourceType": type.name} if "Resource" in type.names else {}
        for key, value in values.items():
            data.update(_named(type, key, value))
        return Element(type, data)

    return run


def _named(type: Type, key: str, value: Value) -> dict[str, Value]:
    """The JSON properties of one element: the name of a choice carries its type, extensions stand in `_name`."""
    children = type.structure.child(key)
    if not children:
        raise CqlError(f"{type.name} has no element {key}")
    child = _chosen(children, value)
    if isinstance(value, list):
        listed = [item for item in value if item is not None]
        found = {child.name: [json_of(item) for item in listed]} if listed else {}
        if any(isinstance(item, Element) and item.extra for item in listed):
            found[f"_{child.name}"] = [item.extra if isinstance(item, Element) else None for item in listed]
        return found
    data = json_of(value)
    found = {} if data is None else {child.name: [data] if child.is_list else data}
    if isinstance(value, Element) and value.extra:
        found[f"_{child.name}"] = [value.extra] if child.is_list else value.extra
    return found


_SYSTEM_TYPES: dict[type, tuple[str, ...]] = {
    bool: ("boolean",),
    int: ("integer", "positiveInt", "unsignedInt"),
    Decimal: ("decimal",),
    str: ("string", "code", "uri", "markdown"),
    Date: ("date", "dateTime"),
    DateTime: ("dateTime", "instant"),
    Time: ("time",),
    Quantity: ("Quantity",),
    Ratio: ("Ratio",),
    Code: ("Coding",),
    Concept: ("CodeableConcept",),
}


def _chosen(children: tuple[Child, ...], value: Value) -> Child:
    """The child whose type the value has."""
    if len(children) == 1:
        return children[0]
    sample = next((item for item in value if item is not None), None) if isinstance(value, list) else value
    names = (sample.type.name,) if isinstance(sample, Element) else _SYSTEM_TYPES.get(type(sample), ())
    for name in names:
        for child in children:
            if child.type == name:
                return child
    raise CqlError(f"{children[0].path} cannot hold a value of type {', '.join(names) or type(sample).__name__}")


def json_of(value: Value) -> Value:
    """A CQL value as FHIR JSON; raises CqlError for one that FHIR has no form for."""
    if value is None or isinstance(value, _PLAIN):
        return value
    if isinstance(value, Element):
        return value.data
    if isinstance(value, list):
        return [json_of(item) for item in value if item is not None]
    if isinstance(value, Tuple):
        return {name: json_of(item) for name, item in value.items() if item is not None}
    form = _FORMS.get(type(value))
    if form is None:
        raise CqlError(f"a value of type {type(value).__name__} has no form in FHIR")
    return form(value)


def _quantity(value: Quantity) -> Value:
    name = calendar_unit(value.unit)
    code = _CALENDAR.get(name or "", value.unit)
    return _present(value=value.value, unit=value.unit, system=UCUM, code="ms" if name == "millisecond" else code)


def _present(**elements: Value) -> dict[str, Value]:
    return {name: value for name, value in elements.items() if value not in (None, [])}


def _coding(value: Code) -> Value:
    return _present(system=value.system, version=value.version, code=value.code, display=value.display)


def _concept(value: Concept) -> Value:
    return _present(coding=[_coding(code) for code in value.codes or () if code], text=value.display)


def _date_time(value: DateTime) -> str:
    """FHIR wants seconds and an offset wherever there is a time of day."""
    if HOUR <= value.precision < SECOND:
        value = DateTime(value.year, value.month, value.day, value.ms, SECOND, value.offset)
    return str(value)


def _time(value: Time) -> str:
    return str(Time(value.key, max(SECOND, min(value.precision, MILLISECOND))))


def _interval(value: Interval) -> Value:
    if isinstance(value.low or value.high, Date | DateTime):
        return _present(start=json_of(value.low), end=json_of(value.high))
    if isinstance(value.low or value.high, Quantity):
        return _present(low=json_of(value.low), high=json_of(value.high))
    raise CqlError("only intervals of dates or quantities have a form in FHIR")


_FORMS: dict[type, Callable[[Value], Value]] = {
    Quantity: _quantity,
    Ratio: lambda value: _present(numerator=json_of(value.numerator), denominator=json_of(value.denominator)),
    Code: _coding,
    Concept: _concept,
    Date: str,
    DateTime: _date_time,
    Time: _time,
    Interval: _interval,
    Uncertainty: lambda value: _present(low={"value": value.low}, high={"value": value.high}),
}
