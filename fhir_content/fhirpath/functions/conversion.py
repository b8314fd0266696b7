"""Conversion: iif, toInteger, convertsToInteger and their kin.

https://hl7.org/fhirpath/N1/#conversion
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal

from fhir_content.fhirpath.data import Item, Items, Typed, TypeInfo, system
from fhir_content.fhirpath.errors import FhirPathError
from fhir_content.fhirpath.evaluation import NOTHING, Closure, Environment, Frame, single, verdict
from fhir_content.fhirpath.functions.registry import function
from fhir_content.fhirpath.quantity import Quantity, converted
from fhir_content.fhirpath.temporal import DATE, DATE_TIME, TIME, Temporal

_TRUE = {"true", "t", "yes", "y", "1", "1.0"}
_FALSE = {"false", "f", "no", "n", "0", "0.0"}
_INTEGER = re.compile(r"[+-]?[0-9]{1,10}")
_DECIMAL = re.compile(r"[+-]?[0-9]{1,40}(\.[0-9]{1,40})?")


@function("iif", 2, 3, is_lazy=True)
def iif(frame: Frame, items: Items, criterion: Closure, then: Closure, otherwise: Closure | None = None) -> Items:
    """The second argument where the first is true, else the third; only one of them is evaluated."""
    if len(items) > 1:
        raise FhirPathError(f"iif() takes one item, found {len(items)}")
    here = frame if items is frame.this else Frame(items, frame.environment, frame.index, frame.total)
    truth = criterion(here)
    if len(truth) > 1 or (truth and not isinstance(system(truth[0]), bool)):
        raise FhirPathError("the criterion of iif() is not a Boolean")
    if truth and system(truth[0]) is True:
        return then(here)
    return otherwise(here) if otherwise is not None else NOTHING


def to_boolean(value: Item) -> bool | None:
    """The Boolean that a value spells."""
    if isinstance(value, bool):
        return value
    if isinstance(value, int | Decimal):
        return {0: False, 1: True}.get(int(value)) if value == int(value) else None
    if isinstance(value, str):
        word = value.lower()
        return True if word in _TRUE else False if word in _FALSE else None
    return None


def to_integer(value: Item) -> int | None:
    """The Integer that a value spells."""
    if isinstance(value, int):
        return int(value)
    if isinstance(value, str) and _INTEGER.fullmatch(value):
        number = int(value)
        return number if -2147483648 <= number <= 2147483647 else None
    return None


def to_decimal(value: Item) -> Decimal | None:
    """The Decimal that a value spells."""
    if isinstance(value, int | Decimal):
        return Decimal(value)
    return Decimal(value) if isinstance(value, str) and _DECIMAL.fullmatch(value) else None


def to_text(value: Item) -> str | None:
    """The String of a value."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, Typed | TypeInfo):
        return None
    return str(value)


def to_date(value: Item) -> Temporal | None:
    """The Date that a value spells, or the day of a DateTime."""
    if isinstance(value, str):
        found = Temporal.parse(value, DATE) or Temporal.parse(value, DATE_TIME)
        return found.date if found else None
    return value.date if isinstance(value, Temporal) and value.kind != TIME else None


def to_date_time(value: Item) -> Temporal | None:
    """The DateTime that a value spells, or a Date as one."""
    if isinstance(value, str):
        return Temporal.parse(value, DATE_TIME)
    if isinstance(value, Temporal) and value.kind != TIME:
        return Temporal(DATE_TIME, value.parts, value.offset)
    return None


def to_time(value: Item) -> Temporal | None:
    """The Time that a value spells."""
    if isinstance(value, str):
        return Temporal.parse(value, TIME)
    return value if isinstance(value, Temporal) and value.kind == TIME else None


def to_quantity(value: Item) -> Quantity | None:
    """The Quantity that a value spells; a number is one of unit 1."""
    if isinstance(value, Quantity):
        return value
    if isinstance(value, int | Decimal):
        return Quantity(Decimal("1.0" if value else "0.0") if isinstance(value, bool) else Decimal(value))
    return Quantity.parse(value) if isinstance(value, str) else None


_CONVERSIONS: dict[str, Callable[[Item], Item | None]] = {
    "Boolean": to_boolean,
    "Integer": to_integer,
    "Decimal": to_decimal,
    "String": to_text,
    "Date": to_date,
    "DateTime": to_date_time,
    "Time": to_time,
}


def _enter(name: str, conversion: Callable[[Item], Item | None]) -> None:
    @function(f"to{name}")
    def convert(environment: Environment, items: Items) -> Items:
        value = single(items, f"to{name}()")
        result = None if value is None else conversion(value)
        return NOTHING if result is None else [result]

    @function(f"convertsTo{name}")
    def converts(environment: Environment, items: Items) -> Items:
        value = single(items, f"convertsTo{name}()")
        return NOTHING if value is None else verdict(conversion(value) is not None)


for _name, _conversion in _CONVERSIONS.items():
    _enter(_name, _conversion)


def _quantity_in(items: Items, unit: Items, what: str) -> Quantity | None:
    value, wanted = single(items, what), single(unit, what)
    quantity = None if value is None else to_quantity(value)
    if quantity is None or not isinstance(wanted, str):
        return quantity
    target = Quantity(Decimal(0), wanted)
    number = converted(quantity, target.ucum)
    return None if number is None else Quantity(number, wanted)


@function("toQuantity", 0, 1)
def as_quantity(environment: Environment, items: Items, unit: Items = NOTHING) -> Items:
    """The Quantity that the item spells, in the unit asked for."""
    found = _quantity_in(items, unit, "toQuantity()")
    return NOTHING if found is None else [found]


@function("convertsToQuantity", 0, 1)
def converts_to_quantity(environment: Environment, items: Items, unit: Items = NOTHING) -> Items:
    """Whether the item spells a Quantity (that the unit can measure)."""
    if not items:
        return NOTHING
    return verdict(_quantity_in(items, unit, "convertsToQuantity()") is not None)
