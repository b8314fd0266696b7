"""Filtering, projection, subsetting and combining.

https://hl7.org/fhirpath/N1/#filtering-and-projection https://hl7.org/fhirpath/N1/#subsetting
"""

from __future__ import annotations

from functools import cmp_to_key

from fhir_content.fhirpath.comparison import Distinct, Holding, compare, distinct
from fhir_content.fhirpath.data import Item, Items
from fhir_content.fhirpath.errors import FhirPathError
from fhir_content.fhirpath.evaluation import CALL, NOTHING, Closure, Environment, Frame, boolean, integer
from fhir_content.fhirpath.functions.registry import function


@function("where", 1, is_lazy=True)
def where(frame: Frame, items: Items, criterion: Closure) -> Items:
    """The items that meet the criterion."""
    environment = frame.environment
    environment.spend(CALL * len(items))
    return [
        item for index, item in enumerate(items) if boolean(criterion(Frame([item], environment, index, frame.total)))
    ]


@function("select", 1, is_lazy=True)
def select(frame: Frame, items: Items, projection: Closure) -> Items:
    """What the projection gives for each item, in one collection."""
    environment = frame.environment
    found: Items = []
    for index, item in enumerate(items):
        found += projection(Frame([item], environment, index, frame.total))
        environment.spend(CALL + len(found) // 64)
    return found


@function("repeat", 1, is_lazy=True)
def repeat(frame: Frame, items: Items, projection: Closure) -> Items:
    """The projection of the items, of what it gave, and so on until nothing new comes."""
    found = Distinct()
    waiting = items
    while waiting:
        fresh = select(frame, waiting, projection)
        frame.environment.spend(len(fresh))
        waiting = [item for item in fresh if found.add(item)]
    return found.items


@function("aggregate", 1, 2, is_lazy=True)
def aggregate(frame: Frame, items: Items, step: Closure, start: Closure | None = None) -> Items:
    """One result, built up item by item in `$total`."""
    environment = frame.environment
    total = start(frame) if start is not None else NOTHING
    for index, item in enumerate(items):
        environment.spend(CALL + len(total))
        total = step(Frame([item], environment, index, total))
    return total


@function("single")
def single(environment: Environment, items: Items) -> Items:
    """The one item; more are an error."""
    if len(items) > 1:
        raise FhirPathError(f"single() found {len(items)} items")
    return items


@function("first")
def first(environment: Environment, items: Items) -> Items:
    """The first item."""
    return items[:1]


@function("last")
def last(environment: Environment, items: Items) -> Items:
    """The last item."""
    return items[-1:]


@function("tail")
def tail(environment: Environment, items: Items) -> Items:
    """All but the first."""
    return items[1:]


@function("skip", 1)
def skip(environment: Environment, items: Items, number: Items) -> Items:
    """All but the first few."""
    return items[max(0, integer(number, "skip()") or 0) :]


@function("take", 1)
def take(environment: Environment, items: Items, number: Items) -> Items:
    """The first few."""
    return items[: max(0, integer(number, "take()") or 0)]


@function("intersect", 1)
def intersect(environment: Environment, items: Items, other: Items) -> Items:
    """Each item once that both hold."""
    holding = Holding(other)
    return distinct([item for item in items if item in holding])


@function("exclude", 1)
def exclude(environment: Environment, items: Items, other: Items) -> Items:
    """The items that the other does not hold."""
    holding = Holding(other)
    return [item for item in items if item not in holding]


@function("union", 1)
def union(environment: Environment, items: Items, other: Items) -> Items:
    """The items of both, each once."""
    return distinct([*items, *other])


@function("combine", 1)
def combine(environment: Environment, items: Items, other: Items) -> Items:
    """The items of both, all of them."""
    environment.spend(len(items) + len(other))
    return [*items, *other]


@function("sort", 0, 8, is_lazy=True)
def sort(frame: Frame, items: Items) -> Items:
    """The items in ascending order."""
    return in_order(frame, items, [])


def in_order(frame: Frame, items: Items, keys: list[tuple[Closure, int]]) -> Items:
    """The items sorted by keys, each with a sign: 1 upwards, -1 downwards; what has no key comes first."""
    environment = frame.environment
    environment.spend(CALL * len(items))
    rows: list[tuple[list[Items], Item]] = []
    for index, item in enumerate(items):
        here = Frame([item], environment, index, frame.total)
        rows.append(([closure(here) for closure, _ in keys] if keys else [[item]], item))
    signs = [sign for _, sign in keys] or [1]

    def order(left: tuple[list[Items], Item], right: tuple[list[Items], Item]) -> int:
        for one, other, sign in zip(left[0], right[0], signs, strict=True):
            verdict = _key_order(one, other)
            if verdict:
                return verdict * sign
        return 0

    return [item for _, item in sorted(rows, key=cmp_to_key(order))]


def _key_order(left: Items, right: Items) -> int:
    if not left or not right:
        return len(left) - len(right)
    if len(left) > 1 or len(right) > 1:
        raise FhirPathError("a key of sort() has more than one item")
    return compare(left[0], right[0]) or 0
