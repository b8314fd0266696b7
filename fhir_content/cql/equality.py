"""Equality and equivalence of values of every type.

Equality is null where a null or a missing component leaves it open; equivalence is always true or false.
https://cql.hl7.org/09-b-cqlreference.html#comparison-operators-4
"""

from __future__ import annotations

from decimal import Decimal
from typing import Protocol

from fhir_content.cql import interval as intervals
from fhir_content.cql import units
from fhir_content.cql.interval import Interval, order
from fhir_content.cql.model import Element
from fhir_content.cql.temporal import Date, DateTime, Time
from fhir_content.cql.values import DECIMAL, Code, Concept, Quantity, Ratio, Tuple, Uncertainty, Value, Vocabulary


class Budget(Protocol):
    """What the comparison of structures is charged to."""

    def spend(self, steps: int) -> None:
        """Count steps; raises CqlError beyond the limit."""


_SCALARS = (int, Decimal)
_ORDERED = (Date, DateTime, Time, Uncertainty)


def equal(left: Value, right: Value, budget: Budget) -> bool | None:
    """True, false, or None where either is null or it is not certain."""
    if left is None or right is None:
        return None
    kind = type(left)
    if kind is type(right) and kind in (int, str, bool, Decimal):
        return bool(left == right)
    if kind in _ORDERED or type(right) is Uncertainty:
        return _equal_ordered(left, right)
    if isinstance(left, _SCALARS) and isinstance(right, _SCALARS):
        return left == right and (kind is bool) == (type(right) is bool)
    if kind is not type(right):
        return False
    if kind is Quantity:
        pair = units.in_one_unit(left, right)
        return None if pair is None else pair[0] == pair[1]
    if kind is list:
        return len(left) == len(right) and _equal_each(zip(left, right, strict=True), len(left), budget)
    if kind is Element:
        return left is right or _equal_json(left.data, right.data, budget)
    return _equal_structures(left, right, budget)


def _equal_ordered(left: Value, right: Value) -> bool | None:
    kinds = {type(left), type(right)}
    if len(kinds) == 2 and Uncertainty not in kinds and not kinds <= {Date, DateTime}:
        return False
    where = order(left, right)
    return None if where is None else where == 0


def _equal_each(pairs: object, count: int, budget: Budget) -> bool | None:
    """Pair by pair: the first that is not equal settles it; two nulls count as equal here."""
    budget.spend(count)
    for one, two in pairs:  # type: ignore[attr-defined]
        if one is None and two is None:
            continue
        same = equal(one, two, budget)
        if not same:
            return same
    return True


def _equal_structures(left: Value, right: Value, budget: Budget) -> bool | None:
    if type(left) is Tuple:
        if left.keys() != right.keys():
            return False
        return _equal_each(((left[name], right[name]) for name in left), len(left), budget)
    if type(left) is Interval:
        one = equal(intervals.start(left), intervals.start(right), budget)
        two = equal(intervals.end(left), intervals.end(right), budget)
        return False if one is False or two is False else None if one is None or two is None else True
    names = _COMPONENTS.get(type(left))
    if names is None:
        return bool(left == right)
    return _equal_each([(getattr(left, name), getattr(right, name)) for name in names], len(names), budget)


_COMPONENTS: dict[type, tuple[str, ...]] = {
    Code: ("code", "system", "version", "display"),
    Concept: ("codes", "display"),
    Ratio: ("numerator", "denominator"),
}


def _equal_json(left: Value, right: Value, budget: Budget) -> bool:
    """Whether two FHIR elements hold the same, `id` and order of names apart."""
    if isinstance(left, dict) and isinstance(right, dict):
        budget.spend(len(left))
        return left.keys() == right.keys() and all(_equal_json(left[name], right[name], budget) for name in left)
    if isinstance(left, list) and isinstance(right, list):
        budget.spend(len(left))
        return len(left) == len(right) and all(
            _equal_json(one, two, budget) for one, two in zip(left, right, strict=True)
        )
    return type(left) is type(right) and bool(left == right)


def equivalent(left: Value, right: Value, budget: Budget) -> bool:
    """Whether both mean the same: nulls too, text without regard to case, codes without regard to display."""
    if left is None or right is None:
        return left is right
    kind, other = type(left), type(right)
    if Concept in (kind, other) or (kind is Code and other is Code):
        return _equivalent_codes(left, right)
    if kind is str and other is str:
        return " ".join(left.split()).casefold() == " ".join(right.split()).casefold()
    if isinstance(left, _SCALARS) and isinstance(right, _SCALARS):
        return (kind is bool) == (other is bool) and _equivalent_numbers(Decimal(left), Decimal(right))
    if kind is not other and Uncertainty not in (kind, other) and not {kind, other} <= {Date, DateTime}:
        return False
    if kind is Quantity:
        pair = units.for_equivalence(left, right)
        return left.value is right.value is None if pair is None else _equivalent_numbers(*pair)
    if kind in _ORDERED:
        return order(left, right) == 0
    return _equivalent_structures(left, right, budget)


def _equivalent_numbers(left: Decimal, right: Decimal) -> bool:
    """At the precision of the less precise of the two, trailing zeros apart."""
    if left == right:
        return True
    places = max(_exponent(left), _exponent(right))
    unit = Decimal(1).scaleb(places)
    return bool(DECIMAL.quantize(left, unit) == DECIMAL.quantize(right, unit))


def _exponent(value: Decimal) -> int:
    return min(0, int(DECIMAL.normalize(value).as_tuple().exponent))


def _equivalent_codes(left: Value, right: Value) -> bool:
    others = _codes(right)
    for one in _codes(left):
        for other in others:
            if one.code == other.code and one.system == other.system:
                return True
    return False


def _codes(value: Value) -> list[Code]:
    if type(value) is Code:
        return [value]
    return [code for code in value.codes or () if code] if type(value) is Concept else []


def _equivalent_structures(left: Value, right: Value, budget: Budget) -> bool:
    kind = type(left)
    if kind is list:
        budget.spend(len(left))
        return len(left) == len(right) and all(
            equivalent(one, two, budget) for one, two in zip(left, right, strict=True)
        )
    if kind is Tuple:
        budget.spend(len(left))
        return left.keys() == right.keys() and all(equivalent(left[name], right[name], budget) for name in left)
    if kind is Interval:
        return equivalent(intervals.start(left), intervals.start(right), budget) and equivalent(
            intervals.end(left), intervals.end(right), budget
        )
    if kind is Ratio:
        return _equivalent_ratios(left, right, budget)
    if kind is Element:
        return left is right or _equal_json(left.data, right.data, budget)
    if isinstance(left, Vocabulary):
        return bool(left.id == right.id)
    return bool(left == right)


def _equivalent_ratios(left: Ratio, right: Ratio, budget: Budget) -> bool:
    """1:2 and 2:4 mean the same."""
    parts = (left.numerator, left.denominator, right.numerator, right.denominator)
    if any(part is None or part.value is None for part in parts):
        return equal(left, right, budget) is True
    one, two, three, four = (part for part in parts if part is not None)
    first, second = units.for_equivalence(one, three), units.for_equivalence(two, four)
    if not first or not second:
        return False
    return DECIMAL.multiply(first[0], second[1]) == DECIMAL.multiply(first[1], second[0])
