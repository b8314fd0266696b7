"""Equality, equivalence and order of items.

https://hl7.org/fhirpath/N1/#equality https://hl7.org/fhirpath/N1/#comparison
"""

from __future__ import annotations

from collections.abc import Hashable
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, TypeGuard

from fhir_content.fhirpath import quantity as quantities
from fhir_content.fhirpath import temporal
from fhir_content.fhirpath.data import Item, Items, Typed, TypeInfo, system
from fhir_content.fhirpath.errors import FhirPathError
from fhir_content.fhirpath.quantity import Quantity
from fhir_content.fhirpath.temporal import TIME, Temporal


def is_number(value: object) -> TypeGuard[int | Decimal]:
    """Whether this is an Integer or a Decimal; a Boolean is none."""
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


def equal(left: Items, right: Items) -> bool | None:
    """`=`: item by item in order; None where either is empty or precision leaves it open."""
    if not left or not right:
        return None
    if len(left) != len(right):
        return False
    unknown = False
    for one, other in zip(left, right, strict=True):
        verdict = equal_items(one, other)
        if verdict is False:
            return False
        unknown = unknown or verdict is None
    return None if unknown else True


def equal_items(left: Item, right: Item) -> bool | None:
    """`=` of two items."""
    one, other = system(left), system(right)
    if one.__class__ is str and other.__class__ is str:
        return one == other
    if isinstance(one, Temporal) and isinstance(other, Temporal):
        if (one.kind == TIME) != (other.kind == TIME):
            return False
        order = temporal.difference(one, other)
        return None if order is None else order == 0
    if isinstance(one, Quantity) or isinstance(other, Quantity):
        return _equal_quantities(one, other)
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if is_number(one) and is_number(other):
        return one == other
    if isinstance(one, Typed) and isinstance(other, Typed):
        return bool(one.data == other.data and one.shadow == other.shadow)
    return one == other if isinstance(one, TypeInfo) else False


def _as_quantity(value: Item) -> Quantity | None:
    if isinstance(value, Quantity):
        return value
    return Quantity(Decimal(value)) if is_number(value) else None


def _equal_quantities(one: Item, other: Item) -> bool | None:
    left, right = _as_quantity(one), _as_quantity(other)
    if left is None or right is None:
        return False
    # Only the calendar's own words make years and months; against UCUM's definite ones equality stays open.
    if {left.ucum, right.ucum} in ({"'year'", "a"}, {"'month'", "mo"}):
        return None
    both = quantities.pair(left, right)
    return None if both is None and left.calendar != right.calendar else both is not None and _close(*both)


def _close(left: Decimal, right: Decimal) -> bool:
    """Equal but for the last digits that a unit conversion may cost."""
    return left == right or abs(left - right) <= max(abs(left), abs(right)) * Decimal("1e-14")


def equivalent(left: Items, right: Items) -> bool:
    """`~`: the same items in any order; empty is equivalent to empty."""
    if len(left) != len(right):
        return False
    rest = list(right)
    for one in left:
        for index, other in enumerate(rest):
            if equivalent_items(one, other):
                del rest[index]
                break
        else:
            return False
    return True


def equivalent_items(left: Item, right: Item) -> bool:
    """`~` of two items: case and white space of strings, and digits beyond the less precise one, do not count."""
    one, other = system(left), system(right)
    if isinstance(one, str) and isinstance(other, str):
        return _plain(one) == _plain(other)
    if is_number(one) and is_number(other):
        return _rounded(one, other)
    if isinstance(one, Quantity) and isinstance(other, Quantity):
        if {one.ucum, other.ucum} in ({"'year'", "a"}, {"'month'", "mo"}):
            return _rounded(one.value, other.value)
        both = quantities.pair(one, other)
        return both is not None and (_rounded(*both) or _rounded(one.value, both[1]))
    if isinstance(one, Typed) and isinstance(other, Typed):
        return _same_content(one.data, other.data)
    return equal_items(one, other) is True


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()


def _rounded(left: Decimal | int, right: Decimal | int) -> bool:
    places = min(_places(left), _places(right))
    step = Decimal(1).scaleb(-places)
    return Decimal(left).quantize(step, ROUND_HALF_UP) == Decimal(right).quantize(step, ROUND_HALF_UP)


def _places(value: Decimal | int) -> int:
    if isinstance(value, int):
        return 0
    exponent = value.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _same_content(left: Any, right: Any) -> bool:  # noqa: ANN401 - any JSON
    if isinstance(left, dict) and isinstance(right, dict):
        ignored = {"id"}
        keys = (left.keys() | right.keys()) - ignored
        return all(key in left and key in right and _same_content(left[key], right[key]) for key in keys)
    if isinstance(left, list) and isinstance(right, list):
        rest = list(right)
        for one in left:
            match = next((index for index, other in enumerate(rest) if _same_content(one, other)), None)
            if match is None:
                return False
            del rest[match]
        return not rest
    if isinstance(left, str) and isinstance(right, str):
        return _plain(left) == _plain(right)
    return bool(left == right)


def compare(left: Item, right: Item) -> int | None:
    """-1, 0 or 1; None where precision or units leave it open; raises FhirPathError for kinds with no order."""
    one, other = system(left), system(right)
    if isinstance(one, str) and isinstance(other, str):
        return (one > other) - (one < other)
    if isinstance(one, Temporal) and isinstance(other, Temporal) and (one.kind == TIME) == (other.kind == TIME):
        return temporal.difference(one, other)
    if is_number(one) and is_number(other):
        return (one > other) - (one < other)
    if isinstance(one, Quantity) or isinstance(other, Quantity):
        mine, theirs = _as_quantity(one), _as_quantity(other)
        if mine is not None and theirs is not None:
            both = quantities.pair(mine, theirs)
            return None if both is None else 0 if _close(*both) else (both[0] > both[1]) - (both[0] < both[1])
    raise FhirPathError(f"cannot compare {kind(left)} with {kind(right)}")


def kind(item: Item) -> str:
    """The name of an item's type, for messages."""
    info = type_info(item)
    return f"{info.namespace}.{info.name}"


def type_info(item: Item) -> TypeInfo:
    """The namespace and name of an item's type."""
    match item:
        case Typed():
            return TypeInfo("FHIR", item.type.name)
        case bool():
            return TypeInfo("System", "Boolean")
        case int():
            return TypeInfo("System", "Integer")
        case Decimal():
            return TypeInfo("System", "Decimal")
        case str():
            return TypeInfo("System", "String")
        case Temporal():
            return TypeInfo("System", item.kind)
        case Quantity():
            return TypeInfo("System", "Quantity")
    return TypeInfo("System", "ClassInfo")


def key(item: Item) -> Hashable | None:
    """A key that two items share exactly when they are equal; None for those that only a comparison can tell."""
    value = system(item)
    if value.__class__ is str:
        return value
    if isinstance(value, bool):
        return (bool, value)
    if is_number(value):
        return value
    if isinstance(value, Temporal):
        return (value.kind == TIME, value.offset is None, len(value.parts), value.utc())
    if isinstance(value, Typed):
        return (value.type.name, _frozen(value.data), _frozen(value.shadow))
    return value if isinstance(value, TypeInfo) else None


def _frozen(data: Any) -> Hashable:  # noqa: ANN401 - any JSON
    if isinstance(data, dict):
        return frozenset((name, _frozen(value)) for name, value in data.items())
    if isinstance(data, list):
        return tuple(_frozen(value) for value in data)
    return (bool, data) if isinstance(data, bool) else data


class Distinct:
    """Items gathered each once, the first of equal ones, in `items`."""

    def __init__(self) -> None:
        self.items: Items = []
        self._seen: set[Hashable] = set()
        self._unkeyed: Items = []

    def add(self, item: Item) -> bool:
        """Take the item in, unless an equal one is here; whether it was taken."""
        mark = key(item)
        if mark is None:
            if any(equal_items(item, other) for other in self._unkeyed):
                return False
            self._unkeyed.append(item)
        elif mark in self._seen:
            return False
        else:
            self._seen.add(mark)
        self.items.append(item)
        return True


def distinct(items: Items) -> Items:
    """Each item once, the first of equal ones."""
    found = Distinct()
    for item in items:
        found.add(item)
    return found.items


class Holding:
    """A collection that answers quickly whether it holds an equal item."""

    def __init__(self, items: Items) -> None:
        self._keys: set[Hashable] = set()
        self._unkeyed: Items = []
        for item in items:
            mark = key(item)
            if mark is None:
                self._unkeyed.append(item)
            else:
                self._keys.add(mark)

    def __contains__(self, item: Item) -> bool:
        mark = key(item)
        if mark is not None and mark in self._keys:
            return True
        return any(equal_items(item, other) is True for other in self._unkeyed)
