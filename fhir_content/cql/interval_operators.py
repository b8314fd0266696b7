"""Intervals: https://cql.hl7.org/09-b-cqlreference.html#interval-operators-3 .

The relations take points too: CQL lets an interval stand before a point as before another interval.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING, TypeAlias

from fhir_content.cql.arithmetic_operators import add, subtract
from fhir_content.cql.date_time_arithmetic import precision_of
from fhir_content.cql.elm import Closure, Node, State, operator, unary
from fhir_content.cql.error import CqlError
from fhir_content.cql.interval import Interval, end, order, point_type_of, predecessor, start, successor
from fhir_content.cql.three_valued import every, negation, some
from fhir_content.cql.values import STEP, Quantity, Value

if TYPE_CHECKING:
    from fhir_content.cql.compiler import Compiler

Relation: TypeAlias = Callable[[Value, Value, int], bool | None]


def _start(value: Value) -> Value:
    return start(value) if type(value) is Interval else value


def _end(value: Value) -> Value:
    return end(value) if type(value) is Interval else value


def _is(where: int | None, *wanted: int) -> bool | None:
    return None if where is None else where in wanted


def contains(interval: Interval, point: Value, precision: int = 0) -> bool | None:
    """Whether the point lies within."""
    return every(
        _is(order(start(interval), point, precision), -1, 0), _is(order(point, end(interval), precision), -1, 0)
    )


def proper_contains(interval: Interval, point: Value, precision: int = 0) -> bool | None:
    """Whether the point lies within and is neither the first nor the last."""
    return every(_is(order(start(interval), point, precision), -1), _is(order(point, end(interval), precision), -1))


def includes(left: Interval, right: Interval, precision: int = 0) -> bool | None:
    """Whether all of the right one lies within the left one."""
    return every(
        _is(order(start(left), start(right), precision), -1, 0), _is(order(end(right), end(left), precision), -1, 0)
    )


def proper_includes(left: Interval, right: Interval, precision: int = 0) -> bool | None:
    """As `includes`, where the left one holds more."""
    larger = some(
        _is(order(start(left), start(right), precision), -1), _is(order(end(right), end(left), precision), -1)
    )
    return every(includes(left, right, precision), larger)


def before(left: Value, right: Value, precision: int = 0) -> bool | None:
    """Whether the left one ends before the right one starts."""
    return _is(order(_end(left), _start(right), precision), -1)


def after(left: Value, right: Value, precision: int = 0) -> bool | None:
    """Whether the left one starts after the right one ends."""
    return _is(order(_start(left), _end(right), precision), 1)


def same_or_before(left: Value, right: Value, precision: int = 0) -> bool | None:
    """Whether the left one ends before or when the right one starts."""
    return _is(order(_end(left), _start(right), precision), -1, 0)


def same_or_after(left: Value, right: Value, precision: int = 0) -> bool | None:
    """Whether the left one starts after or when the right one ends."""
    return _is(order(_start(left), _end(right), precision), 1, 0)


def same_as(left: Value, right: Value, precision: int = 0) -> bool | None:
    """Whether both start and end at the same point."""
    if type(left) is not Interval and type(right) is not Interval:
        return _is(order(left, right, precision), 0)
    return every(
        _is(order(_start(left), _start(right), precision), 0), _is(order(_end(left), _end(right), precision), 0)
    )


def overlaps(left: Interval, right: Interval, precision: int = 0) -> bool | None:
    """Whether there is a point in both."""
    return every(
        _is(order(start(left), end(right), precision), -1, 0), _is(order(start(right), end(left), precision), -1, 0)
    )


def overlaps_before(left: Interval, right: Interval, precision: int = 0) -> bool | None:
    """As `overlaps`, where the left one starts first."""
    return every(_is(order(start(left), start(right), precision), -1), overlaps(left, right, precision))


def overlaps_after(left: Interval, right: Interval, precision: int = 0) -> bool | None:
    """As `overlaps`, where the left one ends last."""
    return every(_is(order(end(left), end(right), precision), 1), overlaps(left, right, precision))


def meets_before(left: Interval, right: Interval, precision: int = 0) -> bool | None:
    """Whether the right one starts at the point after the end of the left one."""
    last, first = end(left), start(right)
    where = order(last, first, precision)
    if last is None or first is None or where in (0, 1):
        return None if where is None else False
    return _is(order(successor(last), first, precision), 0)


def meets_after(left: Interval, right: Interval, precision: int = 0) -> bool | None:
    """Whether the left one starts at the point after the end of the right one."""
    return meets_before(right, left, precision)


def meets(left: Interval, right: Interval, precision: int = 0) -> bool | None:
    """Whether one starts at the point after the end of the other."""
    return some(meets_before(left, right, precision), meets_after(left, right, precision))


def starts(left: Interval, right: Interval, precision: int = 0) -> bool | None:
    """Whether both start at the same point and the left one ends no later."""
    return every(
        _is(order(start(left), start(right), precision), 0), _is(order(end(left), end(right), precision), -1, 0)
    )


def ends(left: Interval, right: Interval, precision: int = 0) -> bool | None:
    """Whether both end at the same point and the left one starts no earlier."""
    return every(
        _is(order(start(left), start(right), precision), 1, 0), _is(order(end(left), end(right), precision), 0)
    )


def _relation(name: str, function: Relation, *, points: bool = False) -> None:
    """Enter a relation of two intervals, or with `points` of intervals and points; null for null."""

    def build(compiler: Compiler, node: Node) -> Closure:
        left, right = compiler.operands(node, 2)
        precision = precision_of(node["precision"]) if node.get("precision") else 0

        def run(state: State) -> bool | None:
            one, two = left(state), right(state)
            if one is None or two is None:
                return None
            if not points and (type(one) is not Interval or type(two) is not Interval):
                raise CqlError(f"{name} needs two intervals")
            return function(one, two, precision)

        return run

    operator(name)(build)


for _name, _function in {
    "Overlaps": overlaps,
    "OverlapsBefore": overlaps_before,
    "OverlapsAfter": overlaps_after,
    "Meets": meets,
    "MeetsBefore": meets_before,
    "MeetsAfter": meets_after,
    "Starts": starts,
    "Ends": ends,
}.items():
    _relation(_name, _function)
for _name, _function in {
    "Before": before,
    "After": after,
    "SameAs": same_as,
    "SameOrBefore": same_or_before,
    "SameOrAfter": same_or_after,
}.items():
    _relation(_name, _function, points=True)


def _of(left: Value, right: Value, *, first: bool) -> Value:
    """The earlier (first) or later of two points; None where one is unknown or they do not settle it."""
    where = order(left, right)
    return None if where is None else left if (where <= 0) == first else right


def union(left: Interval, right: Interval) -> Interval | None:
    """One interval of both, if they overlap or meet."""
    if some(overlaps(left, right), meets(left, right)) is not True:
        return None
    return _bounded(_of(start(left), start(right), first=True), _of(end(left), end(right), first=False))


def intersect(left: Interval, right: Interval) -> Interval | None:
    """What both share."""
    if point_type_of(left) == "" or point_type_of(right) == "" or overlaps(left, right) is False:
        return None
    return _bounded(_of(start(left), start(right), first=False), _of(end(left), end(right), first=True))


def _bounded(low: Value, high: Value) -> Interval:
    return Interval(low, high, low is not None, high is not None)


def difference(left: Interval, right: Interval) -> Interval | None:
    """What the left one has beyond the right one; null where nothing is left, or two pieces."""
    apart = negation(overlaps(left, right))
    if apart or apart is None:
        return left if apart else None
    early = _is(order(start(left), start(right)), -1)
    late = _is(order(end(left), end(right)), 1)
    if early is True and late is False:
        return Interval(start(left), predecessor(start(right)))
    if late is True and early is False:
        return Interval(successor(end(right)), end(left))
    return None


def _interval(name: str, function: Callable[[Interval], Value]) -> None:
    def run(value: Value) -> Value:
        if type(value) is not Interval:
            raise CqlError(f"{name} needs an interval")
        return function(value)

    unary(name, run)


def point_from(interval: Interval) -> Value:
    """The only point of an interval; an error where it holds more."""
    first, last = start(interval), end(interval)
    where = order(first, last)
    if where is None and point_type_of(interval) == "":
        return None
    if where != 0:
        raise CqlError("point from needs an interval of one point")
    return first


def width(interval: Interval) -> Value:
    """The distance from the first to the last point; an error for dates and times."""
    first, last = start(interval), end(interval)
    if point_type_of(interval) in ("Date", "DateTime", "Time"):
        raise CqlError("width is not defined for intervals of dates and times")
    return None if first is None or last is None else subtract(last, first)


def size(interval: Interval) -> Value:
    """The width and one point more."""
    distance = width(interval)
    if distance is None:
        return None
    if isinstance(distance, Quantity):
        return add(distance, Quantity(STEP, distance.unit))
    return add(distance, STEP if isinstance(distance, Decimal) else 1)


_interval("Start", start)
_interval("End", end)
_interval("PointFrom", point_from)
_interval("Width", width)
_interval("Size", size)
