"""Math, and the boundaries and precision of values.

https://hl7.org/fhirpath/N1/#math https://hl7.org/fhirpath/#lowboundaryprecision-integer-decimal--date--datetime--time
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_FLOOR, ROUND_HALF_UP, Decimal, DecimalException, localcontext

from fhir_content.fhirpath.comparison import is_number, kind
from fhir_content.fhirpath.data import Item, Items
from fhir_content.fhirpath.errors import FhirPathError
from fhir_content.fhirpath.evaluation import NOTHING, Environment, integer, single, verdict
from fhir_content.fhirpath.functions.registry import function
from fhir_content.fhirpath.operators import PRECISION, number
from fhir_content.fhirpath.quantity import Quantity, converted
from fhir_content.fhirpath.temporal import Temporal

MAX_DIGITS = 31


def _enter(name: str, operation: Callable[..., Decimal | int], *, on_quantity: bool = False) -> None:
    """A function of one number; what has no real result gives nothing."""

    @function(name)
    def run(environment: Environment, items: Items) -> Items:
        value = single(items, f"{name}()")
        if value is None:
            return NOTHING
        if on_quantity and isinstance(value, Quantity):
            return [Quantity(Decimal(operation(value.value)), value.unit, value.calendar)]
        if not is_number(value):
            raise FhirPathError(f"{name}() takes a number, found {kind(value)}")
        return _calculated(lambda: operation(value))


def _calculated(operation: Callable[[], Decimal | int]) -> Items:
    with localcontext(PRECISION):
        try:
            return number(operation())
        except (DecimalException, ValueError):
            return NOTHING


_enter("abs", abs, on_quantity=True)
_enter("ceiling", lambda value: int(Decimal(value).to_integral_value(ROUND_CEILING)))
_enter("floor", lambda value: int(Decimal(value).to_integral_value(ROUND_FLOOR)))
_enter("truncate", int)
_enter("sqrt", lambda value: Decimal(value).sqrt())
_enter("exp", lambda value: Decimal(value).exp())
_enter("ln", lambda value: Decimal(value).ln())


def _number(items: Items, what: str) -> Decimal | int | None:
    value = single(items, what)
    if value is None or is_number(value):
        return value
    raise FhirPathError(f"{what} takes a number, found {kind(value)}")


@function("log", 1)
def log(environment: Environment, items: Items, base: Items) -> Items:
    """The logarithm to a base."""
    value, root = _number(items, "log()"), _number(base, "log()")
    if value is None or root is None:
        return NOTHING
    return _calculated(lambda: (Decimal(value).ln() / Decimal(root).ln()).quantize(Decimal("1e-20")).normalize())


@function("power", 1)
def power(environment: Environment, items: Items, exponent: Items) -> Items:
    """The value to a power; nothing where that is no real number or too large."""
    value, by = _number(items, "power()"), _number(exponent, "power()")
    if value is None or by is None:
        return NOTHING
    if isinstance(value, int) and isinstance(by, int) and by >= 0:
        return _calculated(lambda: int(Decimal(value) ** by) if by < 64 else _steady(value))
    return _calculated(lambda: Decimal(value) ** Decimal(by))


def _steady(value: int) -> int:
    if value in {0, 1}:
        return value
    raise ValueError("out of range")


@function("round", 0, 1)
def rounded(environment: Environment, items: Items, places: Items = NOTHING) -> Items:
    """The number rounded half up to some decimal places."""
    value = _number(items, "round()")
    digits = integer(places, "round()") or 0
    if value is None:
        return NOTHING
    if not 0 <= digits <= MAX_DIGITS:
        raise FhirPathError(f"round() takes 0 to {MAX_DIGITS} decimal places")
    return _calculated(lambda: Decimal(value).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP))


@function("lowBoundary", 0, 1)
def low_boundary(environment: Environment, items: Items, precision: Items = NOTHING) -> Items:
    """The least value that the item may stand for, given how precisely it is written."""
    return _boundary(items, precision, high=False)


@function("highBoundary", 0, 1)
def high_boundary(environment: Environment, items: Items, precision: Items = NOTHING) -> Items:
    """The greatest value that the item may stand for, given how precisely it is written."""
    return _boundary(items, precision, high=True)


def _boundary(items: Items, precision: Items, *, high: bool) -> Items:
    name = "highBoundary()" if high else "lowBoundary()"
    value, digits = single(items, name), integer(precision, name)
    found: Item | None = None
    if isinstance(value, Temporal):
        found = value.boundary(digits, high=high)
    elif isinstance(value, Quantity):
        edge = _edge(value.value, 8 if digits is None else digits, high=high)
        found = None if edge is None else Quantity(edge, value.unit, value.calendar)
    elif value is not None and is_number(value):
        found = _edge(Decimal(value), 8 if digits is None else digits, high=high)
    elif value is not None:
        raise FhirPathError(f"{name} does not take {kind(value)}")
    return NOTHING if found is None else [found]


def _edge(value: Decimal, digits: int, *, high: bool) -> Decimal | None:
    """Half a unit of the last digit above or below.

    Cut to fewer digits than that: the outer boundary (away from zero) rounds half up, the inner one is cut off.
    """
    if not 0 <= digits <= MAX_DIGITS:
        return None
    exponent = value.as_tuple().exponent
    half = Decimal(5).scaleb(min(exponent if isinstance(exponent, int) else 0, 0) - 1)
    outward = high != (value < 0)
    with localcontext(prec=80):
        size = abs(value) + (half if outward else -half)
        edge = size.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP if outward else ROUND_DOWN)
        return edge.copy_negate() if value < 0 else edge


@function("precision")
def precision(environment: Environment, items: Items) -> Items:
    """How many digits the value is written with: decimal places, or the digits of a date or time."""
    value = single(items, "precision()")
    if isinstance(value, Temporal):
        return [value.digits]
    if isinstance(value, Decimal):
        exponent = value.as_tuple().exponent
        return [max(0, -exponent)] if isinstance(exponent, int) else NOTHING
    return [0] if value is not None and is_number(value) else NOTHING


@function("comparable", 1)
def comparable(environment: Environment, items: Items, other: Items) -> Items:
    """Whether two quantities measure the same thing."""
    left, right = single(items, "comparable()"), single(other, "comparable()")
    if not isinstance(left, Quantity) or not isinstance(right, Quantity):
        return NOTHING
    return verdict(converted(right, left.ucum) is not None)
