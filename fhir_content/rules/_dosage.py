"""The dosages that an activity gives.

https://hl7.org/fhir/R4/dosage.html
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from fhir_content import ucum
from fhir_content.resource import Element

_QUANTITIES = ("doseQuantity", "rateQuantity")
_RANGES = ("doseRange", "rateRange")


def doses(activity: Element) -> Iterator[tuple[Element, Element]]:
    """Each dosage with each of its doseAndRate."""
    for dosage in activity.each("dosage"):
        for each in dosage.each("doseAndRate"):
            yield dosage, each


def quantities(dose: Element) -> Iterator[Element]:
    """Every amount in a doseAndRate: of a dose or rate, or an end of its range."""
    for name in _QUANTITIES:
        yield from dose.each(name)
    for name in _RANGES:
        for span in dose.each(name):
            yield from (end for each in ("low", "high") if (end := span.get(each)) is not None)


def ranges(dose: Element) -> Iterator[tuple[Element, Element, Element]]:
    """Every range of a doseAndRate, with its low and its high end."""
    for name in _RANGES:
        for span in dose.each(name):
            low, high = span.get("low"), span.get("high")
            if low is not None and high is not None:
                yield span, low, high


def unit(quantity: Element) -> str:
    """The unit of an amount: its code, else what a reader sees."""
    return quantity.text("code") or quantity.text("unit")


def exceeds(one: Element, other: Element) -> bool | None:
    """Whether one amount is more than another; None where they cannot be compared."""
    left, right = _number(one), _number(other)
    if left is None or right is None:
        return None
    if unit(one) != unit(other):
        left = ucum.convert(left, unit(one), unit(other))
    return None if left is None else left > right


def _number(quantity: Element) -> Decimal | None:
    value = quantity.value.get("value") if isinstance(quantity.value, dict) else None
    return Decimal(value) if isinstance(value, int | Decimal) and not isinstance(value, bool) else None
