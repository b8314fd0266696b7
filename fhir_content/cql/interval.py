"""Interval: a range of points, each end included or not, and the points of the types that have an order.

A null bound that is included stands for the first or last value of the type; one that is not, for an unknown value.
https://cql.hl7.org/02-authorsguide.html#interval-values
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from fhir_content.cql import units
from fhir_content.cql.date_time_arithmetic import add, point_size
from fhir_content.cql.error import CqlError
from fhir_content.cql.temporal import MILLISECOND, MS_PER_DAY, TEMPORAL, Date, DateTime, Temporal, Time, compare
from fhir_content.cql.values import (
    DECIMAL,
    MAX_DECIMAL,
    MAX_INTEGER,
    MAX_LONG,
    MIN_INTEGER,
    MIN_LONG,
    STEP,
    Long,
    Quantity,
    Uncertainty,
    Value,
)


class Interval:
    """A range. `point_type` names the type of its points where both bounds are null, "" where that is unknown."""

    __slots__ = ("high", "high_closed", "low", "low_closed", "point_type")

    def __init__(
        self, low: Value, high: Value, low_closed: bool = True, high_closed: bool = True, point_type: str = ""
    ) -> None:
        self.low, self.high, self.low_closed, self.high_closed = low, high, low_closed, high_closed
        self.point_type = point_type

    def __repr__(self) -> str:
        return f"Interval{'[' if self.low_closed else '('}{self.low}, {self.high}{']' if self.high_closed else ')'}"


_MINIMUM: dict[str, Callable[[], Value]] = {
    "Integer": lambda: MIN_INTEGER,
    "Long": lambda: Long(MIN_LONG),
    "Decimal": MAX_DECIMAL.copy_negate,
    "Quantity": lambda: Quantity(MAX_DECIMAL.copy_negate()),
    "Date": lambda: Date(1, 1, 1),
    "DateTime": lambda: DateTime(1, 1, 1, 0, MILLISECOND, 0),
    "Time": lambda: Time(0),
}
_MAXIMUM: dict[str, Callable[[], Value]] = {
    "Integer": lambda: MAX_INTEGER,
    "Long": lambda: Long(MAX_LONG),
    "Decimal": lambda: MAX_DECIMAL,
    "Quantity": lambda: Quantity(MAX_DECIMAL),
    "Date": lambda: Date(9999, 12, 31),
    "DateTime": lambda: DateTime(9999, 12, 31, MS_PER_DAY - 1, MILLISECOND, 0),
    "Time": lambda: Time(MS_PER_DAY - 1),
}
_TYPES = {int: "Integer", Long: "Long", Decimal: "Decimal", Quantity: "Quantity"}


def point_minimum(point_type: str) -> Value:
    """The first value of a type, or None where it has none."""
    return _MINIMUM[point_type]() if point_type in _MINIMUM else None


def point_maximum(point_type: str) -> Value:
    """The last value of a type, or None where it has none."""
    return _MAXIMUM[point_type]() if point_type in _MAXIMUM else None


def point_type_of(interval: Interval) -> str:
    """The name of the type of an interval's points, "" where neither a bound nor the source says it."""
    for bound in (interval.low, interval.high):
        if bound is not None:
            return _TYPES.get(type(bound)) or type(bound).__name__
    return interval.point_type


def _extreme(interval: Interval, of: Callable[[str], Value], other: Value) -> Value:
    value = of(point_type_of(interval))
    if type(value) is Quantity and type(other) is Quantity:
        value.unit = other.unit
    elif type(value) is DateTime and type(other) is DateTime:
        return DateTime(value.year, value.month, value.day, value.ms, MILLISECOND, other.offset)
    return value


def start(interval: Interval) -> Value:
    """The first point, or None where it is not known."""
    low = interval.low
    if low is None:
        return _extreme(interval, point_minimum, interval.high) if interval.low_closed else None
    return low if interval.low_closed else successor(low)


def end(interval: Interval) -> Value:
    """The last point, or None where it is not known."""
    high = interval.high
    if high is None:
        return _extreme(interval, point_maximum, interval.low) if interval.high_closed else None
    return high if interval.high_closed else predecessor(high)


def successor(value: Value) -> Value:
    """The next point; an error after the last value of the type."""
    return _step(value, 1)


def predecessor(value: Value) -> Value:
    """The point before; an error before the first value of the type."""
    return _step(value, -1)


def _step(value: Value, sign: int) -> Value:
    kind = type(value)
    if kind is int or kind is Long:
        result = kind(value + sign)
        low, high = (MIN_INTEGER, MAX_INTEGER) if kind is int else (MIN_LONG, MAX_LONG)
        if low <= result <= high:
            return result
    elif kind is Decimal:
        result = DECIMAL.add(value, STEP * sign)
        if result.copy_abs() <= MAX_DECIMAL:
            return result
    elif kind is Quantity:
        return Quantity(None if value.value is None else _step(value.value, sign), value.unit)
    elif isinstance(value, TEMPORAL):
        return _step_temporal(value, sign)
    elif kind is Uncertainty:
        return Uncertainty(value.low + sign, value.high + sign)
    else:
        raise CqlError(f"a value of type {kind.__name__} has no successor or predecessor")
    raise CqlError(f"there is no value {'after' if sign > 0 else 'before'} {value}")


def _step_temporal(value: Temporal, sign: int) -> Temporal | None:
    size = point_size(value.precision, value)
    moved = add(value, Quantity(sign * Decimal(1), size.unit))
    if moved is None:
        raise CqlError(f"there is no time {'after' if sign > 0 else 'before'} {value}")
    return moved


def order(left: Value, right: Value, precision: int = 0) -> int | None:
    """-1, 0 or 1 as left comes before, with or after right; None where either is null or it is not certain."""
    if left is None or right is None:
        return None
    kind = type(left)
    if kind in TEMPORAL:
        if type(right) not in TEMPORAL or (kind is Time) != (type(right) is Time):
            raise CqlError("a date or time compares only with a date or time")
        return compare(left, right, precision)
    if kind is Quantity:
        if type(right) is not Quantity:
            raise CqlError("a Quantity compares only with a Quantity")
        pair = units.in_one_unit(left, right)
        if pair is None:
            return None
        left, right = pair
    elif kind is Uncertainty or type(right) is Uncertainty:
        return _order_uncertain(left, right)
    try:
        return -1 if left < right else 1 if left > right else 0 if left == right else None
    except TypeError:
        raise CqlError(f"{kind.__name__} and {type(right).__name__} do not compare") from None


def _order_uncertain(left: Value, right: Value) -> int | None:
    one = (left.low, left.high) if type(left) is Uncertainty else (left, left)
    two = (right.low, right.high) if type(right) is Uncertainty else (right, right)
    if one[1] < two[0]:
        return -1
    if one[0] > two[1]:
        return 1
    return 0 if one[0] == one[1] == two[0] == two[1] else None
