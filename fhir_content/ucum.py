"""Units of measure: the one door to the UCUM library, which is loaded when the first unknown unit is met.

https://ucum.org/ucum
"""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pint import UnitRegistry

SYSTEM = "http://unitsofmeasure.org"
MAX_LENGTH = 200  # characters: longer texts are no unit anybody wrote
_ASCII = re.compile(r"[!-~]+").fullmatch
# Units met all the time are known to be right; any other one costs 0.2 s once, to load the library.
_COMMON = frozenset(
    [
        "1",
        "%",
        "d",
        "h",
        "min",
        "s",
        "wk",
        "mo",
        "a",
        "kg",
        "g",
        "mg",
        "ug",
        "ng",
        "L",
        "dL",
        "mL",
        "uL",
        "cm",
        "mm",
        "m",
        "mg/kg",
        "g/kg",
        "mL/kg",
        "mg/dL",
        "g/dL",
        "g/L",
        "mmol/L",
        "umol/L",
        "mL/min",
        "mL/h",
        "mg/h",
        "kg/m2",
        "mm[Hg]",
        "Cel",
        "[IU]",
        "[IU]/mL",
        "[IU]/kg",
        "U",
        "U/L",
        "/min",
        "10*9/L",
        "10*3/uL",
        "10*6/L",
        "/uL",
        "g/kg/d",
        "g/kg/mo",
    ]
)


@cache
def is_valid(code: str) -> bool:
    """Whether the code is a unit of UCUM (case-sensitive form)."""
    if code in _COMMON:
        return True
    return bool(_ASCII(code)) and len(code) <= MAX_LENGTH and _parse(code) is not None


def convert(value: Decimal, source: str, target: str) -> Decimal | None:
    """The value in another unit; None where a unit is wrong or the two do not measure the same.

    Exact where the factor has at most 15 digits, as between metric units; the result has at most 28.
    """
    if source == target:
        return value if is_valid(source) else None
    line = _line(source, target)
    if line is None:
        return None
    exact = Fraction(value) * line[0] + line[1]
    return Decimal(exact.numerator) / Decimal(exact.denominator)


@cache
def _line(source: str, target: str) -> tuple[Fraction, Fraction] | None:
    """How many targets one source is, and the offset of its zero (temperatures have one)."""
    one, other = _parse(source), _parse(target)
    if one is None or other is None or one.dimensionality != other.dimensionality:
        return None
    from pint import PintError

    try:
        quantity: Any = _registry().Quantity
        zero = quantity(0, one.units).to(other.units).magnitude
        unit = quantity(1, one.units).to(other.units).magnitude - zero
        return _exact(one.magnitude * unit / other.magnitude), _exact(zero / other.magnitude)
    except (PintError, ArithmeticError):
        return None


def _exact(number: Any) -> Fraction:  # noqa: ANN401 (float, int or Decimal, as the library has it)
    """The decimal fraction that a binary number stands for, when it has few digits."""
    return Fraction(number) if isinstance(number, int) else Fraction(f"{float(number):.15g}")


@cache
def _parse(code: str) -> Any:  # noqa: ANN401 (a pint Quantity, or None)
    from lark.exceptions import LarkError
    from pint import PintError

    try:
        return _registry().from_ucum(code)
    except (LarkError, PintError, ArithmeticError, ValueError, KeyError, AttributeError, TypeError, RecursionError):
        return None


@cache
def _registry() -> UnitRegistry[Any]:
    from ucumvert import PintUcumRegistry  # type: ignore[import-untyped]

    registry: UnitRegistry[Any] = PintUcumRegistry()
    return registry
