"""FHIRHelpers 4.0.1 in Python: the conversions from FHIR to System types that every FHIR library calls.

They stand in for the library of that name whether or not its ELM is supplied, and give what its text in
definitions/shared/FHIRHelpers.cql says. A test compares the two.
"""

from __future__ import annotations

from collections.abc import Callable

from fhir_content.cql.error import CqlError
from fhir_content.cql.interval import Interval
from fhir_content.cql.literals import checked
from fhir_content.cql.model import Element, decimal
from fhir_content.cql.values import Code, Concept, Quantity, Ratio, Value

_UCUM = ("http://unitsofmeasure.org", "http://hl7.org/fhirpath/CodeSystem/calendar-units")
_CALENDAR = {
    "ms": "millisecond",
    "s": "second",
    "min": "minute",
    "h": "hour",
    "d": "day",
    "wk": "week",
    "mo": "month",
    "a": "year",
}


def _element(value: Value, *names: str) -> Element:
    if type(value) is not Element or (value.type.name not in names and not value.type.names.intersection(names)):
        raise CqlError(f"FHIRHelpers needs a {' or '.join(names)}, not {_described(value)}")
    return value


def _described(value: Value) -> str:
    return value.type.name if isinstance(value, Element) else type(value).__name__


def _value(element: Element, name: str) -> Value:
    """The System value of a primitive child."""
    child = element.get(name)
    return None if child is None else child.get("value")


def _string(data: dict[str, Value], name: str) -> str | None:
    text = data.get(name)
    if text is not None and type(text) is not str:
        raise CqlError(f"the data hold {str(text)[:40]!r} where a string is expected")
    return text


def quantity_of(value: Value) -> Quantity | None:
    """A quantity whatever its comparator; null without value or with a unit that is not UCUM."""
    data = _element(value, "Quantity").data
    number = data.get("value")
    if number is None or data.get("system", _UCUM[0]) not in _UCUM:
        return None
    unit = _string(data, "code") or _string(data, "unit") or "1"
    return Quantity(decimal(number, 0), _CALENDAR.get(unit, unit))


def to_quantity(value: Value) -> Quantity | None:
    """A quantity; null where its value is only a bound."""
    return None if _element(value, "Quantity").data.get("comparator") is not None else quantity_of(value)


def to_interval(value: Value) -> Interval | None:
    """The interval of a Period, of a Range, or of what a quantity with comparator bounds."""
    element = _element(value, "Period", "Range", "Quantity")
    if "Period" in element.type.names:
        low = _value(element, "start")
        return checked(Interval(low, _value(element, "end"), low is not None, True, "DateTime"))
    if "Range" in element.type.names:
        bounds = element.get("low"), element.get("high")
        low, high = (None if bound is None else to_quantity(bound) for bound in bounds)
        return checked(Interval(low, high, point_type="Quantity"))
    quantity, comparator = quantity_of(element), element.data.get("comparator")
    if comparator in ("<", "<="):
        return Interval(None, quantity, True, comparator == "<=", "Quantity")
    if comparator in (">", ">="):
        return Interval(quantity, None, comparator == ">=", True, "Quantity")
    return None if element.data.get("value") is None else Interval(quantity, quantity, point_type="Quantity")


def to_ratio(value: Value) -> Ratio:
    """A ratio of two quantities."""
    element = _element(value, "Ratio")
    parts = element.get("numerator"), element.get("denominator")
    numerator, denominator = (None if part is None else to_quantity(part) for part in parts)
    return Ratio(numerator, denominator)


def to_code(value: Value) -> Code:
    """A code from a Coding."""
    return _code(_element(value, "Coding").data)


def _code(data: Value) -> Code:
    if not isinstance(data, dict):
        raise CqlError(f"the data hold {str(data)[:40]!r} where a Coding is expected")
    return Code(*[_string(data, name) for name in ("code", "system", "version", "display")])


def to_concept(value: Value) -> Concept:
    """A concept from a CodeableConcept."""
    data = _element(value, "CodeableConcept").data
    coding = data.get("coding")
    if coding is not None and not isinstance(coding, list):
        raise CqlError(f"the data hold {str(coding)[:40]!r} where a list of Codings is expected")
    return Concept(None if coding is None else [_code(item) for item in coding], _string(data, "text"))


def _primitive(*names: str) -> Callable[[Value], Value]:
    def convert(value: Value) -> Value:
        return _element(value, *names).get("value")

    return convert


def to_string(value: Value) -> Value:
    """The text of a primitive that holds text."""
    if type(value) is not Element or not value.type.primitive:
        raise CqlError(f"FHIRHelpers.ToString needs a primitive, not {_described(value)}")
    return None if value.data is None else str(value.get("value"))


FUNCTIONS: dict[str, Callable[[Value], Value]] = {
    "ToQuantity": to_quantity,
    "ToQuantityIgnoringComparator": quantity_of,
    "ToInterval": to_interval,
    "ToRatio": to_ratio,
    "ToCode": to_code,
    "ToConcept": to_concept,
    "ToBoolean": _primitive("boolean"),
    "ToDate": _primitive("date"),
    "ToDateTime": _primitive("dateTime", "instant"),
    "ToDecimal": _primitive("decimal"),
    "ToInteger": _primitive("integer"),
    "ToTime": _primitive("time"),
    "ToString": to_string,
    "ToCalendarUnit": lambda unit: _CALENDAR.get(unit, unit),
}
