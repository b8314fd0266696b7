"""Quantities: a number with a unit, and what may be done with two of them.

https://hl7.org/fhirpath/N1/#quantity
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal, localcontext

_SINGULAR = ("year", "month", "week", "day", "hour", "minute", "second", "millisecond")
CALENDAR_UNITS = {name: name for name in _SINGULAR} | {f"{name}s": name for name in _SINGULAR}
"""Each word that FHIRPath knows for a calendar duration, with its singular."""

_UCUM_OF = {"week": "wk", "day": "d", "hour": "h", "minute": "min", "second": "s", "millisecond": "ms"}
_SECONDS = {"wk": 604800, "d": 86400, "h": 3600, "min": 60, "s": 1}
_CALENDAR_OF = {ucum: calendar for calendar, ucum in _UCUM_OF.items()}
# Years and months are no fixed number of days, so that UCUM's `a` and `mo` never equal the calendar's.
_UNFIXED = {"year": "'year'", "month": "'month'"}
_TEXT = re.compile(r"(?P<value>[+-]?\d+(?:\.\d+)?)\s*(?:'(?P<unit>[^']+)'|(?P<word>[a-zA-Z]+))?")


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number and its unit: a UCUM code, or a calendar word where `calendar`."""

    value: Decimal
    unit: str = "1"
    calendar: bool = False

    @classmethod
    def parse(cls, text: str) -> Quantity | None:
        """The quantity of `4.5 'mg'`, `3 days` or `7`; None where the text is none."""
        match = _TEXT.fullmatch(text.strip())
        if match is None:
            return None
        value, unit, word = match.group("value", "unit", "word")
        if word is not None:
            return cls(Decimal(value), word, True) if word in CALENDAR_UNITS else None
        return cls(Decimal(value), unit or "1")

    @property
    def ucum(self) -> str:
        """The unit as UCUM writes it; a word in quotes for calendar years and months, which UCUM has not."""
        word = CALENDAR_UNITS.get(self.unit)
        if word is None:
            return self.unit
        return _UNFIXED[word] if word in _UNFIXED else _UCUM_OF[word]

    @property
    def duration(self) -> str:
        """The calendar unit to add to a date (`day`), or "" where the unit is none; UCUM years are none."""
        return CALENDAR_UNITS.get(self.unit) or _CALENDAR_OF.get(self.unit, "")

    def __str__(self) -> str:
        return f"{self.value:f} {self.unit}" if self.calendar else f"{self.value:f} '{self.unit}'"


def converted(quantity: Quantity, unit: str) -> Decimal | None:
    """The value of `quantity` in another UCUM unit; None where the two do not measure the same thing."""
    source = quantity.ucum
    if source == unit:
        return quantity.value
    if "'" in source or "'" in unit:
        return _calendar(quantity.value, source, unit)
    if source in _SECONDS and unit in _SECONDS:
        return quantity.value * _SECONDS[source] / _SECONDS[unit]
    from fhir_content import ucum  # loads the table of units

    return ucum.convert(quantity.value, source, unit)


def _calendar(value: Decimal, source: str, unit: str) -> Decimal | None:
    if (source, unit) == ("'year'", "'month'"):
        return value * 12
    if (source, unit) == ("'month'", "'year'"):
        return value / 12
    return None


def pair(left: Quantity, right: Quantity) -> tuple[Decimal, Decimal] | None:
    """Both values in the unit of the first (for year and month, in months); None where they do not compare."""
    if left.ucum == "'year'" and right.ucum == "'month'":
        return left.value * 12, right.value
    value = converted(right, left.ucum)
    return None if value is None else (left.value, value)


def product(left: Quantity, right: Quantity) -> Quantity:
    """The product, its unit the product of the units."""
    with localcontext(prec=40):
        value = left.value * right.value
    one, other = left.ucum, right.ucum
    if one == "1" or other == "1":
        return Quantity(value, other if one == "1" else one)
    return Quantity(value, f"{_group(one)}.{_group(other)}")


def quotient(left: Quantity, right: Quantity) -> Quantity | None:
    """The quotient, its unit the quotient of the units; None for a division by zero."""
    if not right.value:
        return None
    value = left.value / right.value
    if left.ucum == right.ucum:
        return Quantity(value)
    return Quantity(value, left.ucum if right.ucum == "1" else f"{_group(left.ucum)}/{_group(right.ucum)}")


def _group(unit: str) -> str:
    return f"({unit})" if "/" in unit or "." in unit else unit
