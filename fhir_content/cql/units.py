"""Quantities in different units: conversion, comparison, and the unit of a product.

UCUM conversion factors are looked up once per pair of units. Calendar durations of a week or less are definite;
a calendar year or month has no definite length, so it compares only with its own kind.
https://cql.hl7.org/02-authorsguide.html#quantities
"""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache

from fhir_content import ucum
from fhir_content.cql.values import DECIMAL, Quantity

_DEFINITE = {"week": "wk", "day": "d", "hour": "h", "minute": "min", "second": "s", "millisecond": "ms"}
_SINGULAR = {f"{name}s": name for name in ("year", "month", *_DEFINITE)} | {
    name: name for name in ("year", "month", *_DEFINITE)
}
_DAYS = {"year": Decimal(365), "month": Decimal(30)}
_UCUM_OF = {"year": "a", "month": "mo"}
_CALENDAR = {name: singular for singular, name in (_DEFINITE | _UCUM_OF).items()}
_EXPONENT = re.compile(r"^(.*?[^\d+-])([+-]?\d{1,4})$")
_TERM = re.compile(r"([./]?)((?:\[[^\]]*\]|\{[^}]*\}|[^./\[{])+)")


def calendar_unit(unit: str) -> str | None:
    """`year` ... `millisecond` for a calendar duration, its plural, or UCUM's unit of that name; otherwise None."""
    return _SINGULAR.get(unit) or _CALENDAR.get(unit)


def _definite(unit: str) -> str:
    """The unit with its calendar duration, if it is one of a week or less, in UCUM."""
    name = _SINGULAR.get(unit, unit)
    return _DEFINITE.get(name, name)


@lru_cache(maxsize=4096)
def _factor(source: str, target: str) -> Decimal | None:
    """What one `source` is in `target`; None where they do not convert, or not by a mere factor."""
    zero, one = ucum.convert(Decimal(0), source, target), ucum.convert(Decimal(1), source, target)
    return None if one is None or zero is None or zero != 0 else one


def convert(value: Decimal, source: str, target: str) -> Decimal | None:
    """The value in another unit, or None where the units do not compare."""
    if source == target:
        return value
    source, target = _definite(source), _definite(target)
    if source == target:
        return value
    if source in _DAYS or target in _DAYS:
        return _convert_months(value, source, target)
    factor = _factor(source, target)
    return DECIMAL.multiply(value, factor) if factor is not None else ucum.convert(value, source, target)


def _convert_months(value: Decimal, source: str, target: str) -> Decimal | None:
    if (source, target) == ("year", "month"):
        return DECIMAL.multiply(value, Decimal(12))
    if (source, target) == ("month", "year"):
        return DECIMAL.divide(value, Decimal(12))
    return None


def finer(left: str, right: str) -> str | None:
    """The finer of two units; None where they do not compare."""
    factor = convert(Decimal(1), left, right)
    return None if factor is None else right if factor > 1 else left


def in_one_unit(left: Quantity, right: Quantity) -> tuple[Decimal, Decimal] | None:
    """Both values in one unit, the finer of the two so that nothing is rounded; None where they do not compare."""
    if left.value is None or right.value is None:
        return None
    if left.unit == right.unit:
        return left.value, right.value
    value = convert(left.value, left.unit, right.unit)
    if value is None:
        return None
    if value.copy_abs() >= left.value.copy_abs():
        return value, right.value
    back = convert(right.value, right.unit, left.unit)
    return (value, right.value) if back is None else (left.value, back)


def for_equivalence(left: Quantity, right: Quantity) -> tuple[Decimal, Decimal] | None:
    """As `in_one_unit`, with a calendar year and month taken as UCUM's, or as 365 and 30 days against others."""
    pair = in_one_unit(left, right)
    if pair or left.value is None or right.value is None:
        return pair
    for one, two in ((left, right), (right, left)):
        name = _SINGULAR.get(one.unit)
        if name not in _DAYS or one.value is None:
            continue
        if two.unit in ("a", "mo"):
            changed = Quantity(one.value, _UCUM_OF[name])
        else:
            changed = Quantity(DECIMAL.multiply(one.value, _DAYS[name]), "d")
        return for_equivalence(changed, two)
    return None


def _powers(unit: str) -> dict[str, int] | None:
    """Each atom of a unit with its exponent; None for a unit with parentheses, which is left as it is."""
    if "(" in unit:
        return None
    powers: dict[str, int] = {}
    for slash, term in _TERM.findall(unit):
        match = _EXPONENT.match(term)
        atom, exponent = (match[1], int(match[2])) if match else (term, 1)
        if atom != "1":
            powers[atom] = powers.get(atom, 0) + (-exponent if slash == "/" else exponent)
    return powers


def product_unit(left: str, right: str, sign: int) -> str:
    """The unit of a product (sign 1) or quotient (sign -1) in UCUM; `1` where all cancels."""
    left, right = _definite(left), _definite(right)
    one, two = _powers(left), _powers(right)
    if one is None or two is None:
        return f"({left}){'.' if sign > 0 else '/'}({right})"
    for atom, exponent in two.items():
        one[atom] = one.get(atom, 0) + sign * exponent
    above = [atom + (str(n) if n > 1 else "") for atom, n in one.items() if n > 0]
    below = [atom + (str(-n) if n < -1 else "") for atom, n in one.items() if n < 0]
    return (".".join(above) or ("" if below else "1")) + "".join(f"/{term}" for term in below)
