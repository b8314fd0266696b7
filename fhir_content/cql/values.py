"""The values of CQL that Python has no type of its own for.

Boolean, String, Integer and Decimal are bool, str, int and decimal.Decimal; null is None; a list is a list.
https://cql.hl7.org/09-b-cqlreference.html#types-2
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any, TypeAlias

Value: TypeAlias = Any

# Wide enough for the product of two decimals of 28 + 8 digits before it is cut to 8 fractional places.
DECIMAL = Context(prec=80, rounding=ROUND_HALF_UP, Emin=-999_999, Emax=999_999)
STEP = Decimal("0.00000001")
# 10^28 itself passes as an intermediate result: the official tests reach the largest Decimal by way of it.
_LIMIT = Decimal(10) ** 28
MAX_DECIMAL = Decimal("9999999999999999999999999999.99999999")
MAX_INTEGER, MIN_INTEGER = 2**31 - 1, -(2**31)
MAX_LONG, MIN_LONG = 2**63 - 1, -(2**63)


class Long(int):
    """A 64-bit integer; a plain int is CQL's 32-bit Integer."""

    __slots__ = ()


class Uncertainty:
    """A whole number known only to lie within bounds, both included: a duration between imprecise dates."""

    __slots__ = ("high", "low")

    def __init__(self, low: int, high: int) -> None:
        self.low, self.high = low, high

    def __repr__(self) -> str:
        return f"Interval[{self.low}, {self.high}]"

    def __eq__(self, other: object) -> bool:
        return type(other) is Uncertainty and (self.low, self.high) == (other.low, other.high)

    def __hash__(self) -> int:
        return hash((self.low, self.high))


class Quantity:
    """A decimal with a unit: UCUM, or a CQL calendar duration such as `years`."""

    __slots__ = ("unit", "value")

    def __init__(self, value: Decimal | None, unit: str | None = "1") -> None:
        self.value, self.unit = value, unit or "1"

    def __eq__(self, other: object) -> bool:
        return type(other) is Quantity and self.value == other.value and self.unit == other.unit

    def __hash__(self) -> int:
        return hash((self.value, self.unit))

    def __repr__(self) -> str:
        return f"{self.value} '{self.unit}'"


class Ratio:
    """A relation of two quantities."""

    __slots__ = ("denominator", "numerator")

    def __init__(self, numerator: Quantity | None, denominator: Quantity | None) -> None:
        self.numerator, self.denominator = numerator, denominator

    def __repr__(self) -> str:
        return f"{self.numerator}:{self.denominator}"


class Code:
    """A code in a code system."""

    __slots__ = ("code", "display", "system", "version")

    def __init__(
        self, code: str | None, system: str | None = None, version: str | None = None, display: str | None = None
    ) -> None:
        self.code, self.system, self.version, self.display = code, system, version, display

    def __repr__(self) -> str:
        return f"{self.system}|{self.code}" + (f" {self.display}" if self.display else "")


class Concept:
    """Codes that mean the same."""

    __slots__ = ("codes", "display")

    def __init__(self, codes: list[Code | None] | None, display: str | None = None) -> None:
        self.codes, self.display = codes, display

    def __repr__(self) -> str:
        return f"Concept{self.codes}"


class Vocabulary:
    """A reference to a value set or code system: not its content."""

    __slots__ = ("id", "name", "url", "version")

    def __init__(self, id: str | None, version: str | None = None, name: str | None = None) -> None:
        self.id, self.version, self.name = id, version, name
        self.url = f"{id}|{version}" if version else id or ""  # the canonical

    def __repr__(self) -> str:
        return self.url


class CodeSystem(Vocabulary):
    """A reference to a code system."""

    __slots__ = ()


class ValueSet(Vocabulary):
    """A reference to a value set."""

    __slots__ = ("codesystems",)

    def __init__(self, id: str | None, version: str | None = None, name: str | None = None) -> None:
        super().__init__(id, version, name)
        self.codesystems: list[CodeSystem] | None = None


class Tuple(dict[str, Value]):
    """Named elements, in the order in which they were written."""

    __slots__ = ()


def fit(value: Decimal) -> Decimal | None:
    """A decimal cut to 8 fractional places; None where it exceeds 28 digits before the point, as CQL asks."""
    if value.adjusted() >= 28 and value.copy_abs() > _LIMIT:
        return None
    return DECIMAL.quantize(value, STEP) if value.as_tuple().exponent < -8 else value  # type: ignore[operator]
