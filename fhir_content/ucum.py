"""Units of measure: the one door to the UCUM library, which is loaded when the first unit is met.

https://ucum.org/ucum
"""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lark import Lark

SYSTEM = "http://unitsofmeasure.org"
MAX_LENGTH = 200  # characters: longer texts are no unit anybody wrote
_ASCII = re.compile(r"[!-~]+").fullmatch


@cache
def is_valid(code: str) -> bool:
    """Whether the code is a unit of UCUM (case-sensitive form)."""
    if len(code) > MAX_LENGTH or not _ASCII(code):
        return False
    from lark.exceptions import LarkError

    try:
        _grammar().parse(code)
    except (LarkError, RecursionError):
        return False
    return True


@cache
def _grammar() -> Lark:
    """The library's grammar without the library, which loads four times as long and is needed only to convert."""
    from importlib.util import find_spec

    from lark import Lark

    found = find_spec("ucumvert")
    if found is None or found.origin is None:
        raise ImportError("the library ucumvert is not installed")
    return Lark(Path(found.origin).with_name("ucum_grammar.lark").read_text("utf-8"), start="main_term", strict=True)


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
        quantity = _registry().Quantity
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
    if not is_valid(code):
        return None
    from lark.exceptions import LarkError
    from pint import PintError

    registry = _registry()  # outside: a library that cannot start must stop us, not turn every unit into an unknown one
    try:
        return registry.from_ucum(code)
    except (LarkError, PintError, ArithmeticError, ValueError, KeyError, AttributeError, TypeError, RecursionError):
        return None


@cache
def _registry() -> Any:  # noqa: ANN401 (the library has no types)
    from ucumvert import PintUcumRegistry  # type: ignore[import-untyped]

    return PintUcumRegistry()
