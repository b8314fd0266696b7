"""Lists of intervals: collapse, which joins what overlaps or meets, and expand, which cuts into units.

https://cql.hl7.org/09-b-cqlreference.html#collapse https://cql.hl7.org/09-b-cqlreference.html#expand
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_FLOOR, Decimal
from typing import TYPE_CHECKING

from fhir_content.cql.arithmetic_operators import add
from fhir_content.cql.context import Context
from fhir_content.cql.date_time_arithmetic import point_size
from fhir_content.cql.elm import Closure, Node, State, operator
from fhir_content.cql.error import CqlError
from fhir_content.cql.interval import Interval, end, order, predecessor, start, successor
from fhir_content.cql.sorting import sort_key
from fhir_content.cql.temporal import (
    PRECISIONS,
    TEMPORAL,
    Date,
    DateTime,
    Temporal,
    Time,
    compare,
    components,
    with_components,
)
from fhir_content.cql.units import calendar_unit, convert
from fhir_content.cql.values import DECIMAL, Long, Quantity, Value

if TYPE_CHECKING:
    from fhir_content.cql.compiler import Compiler


@operator("Collapse")
def _collapse(compiler: Compiler, node: Node) -> Closure:
    operands = compiler.operands(node)
    source, per = operands[0], operands[1] if len(operands) > 1 else compiler.fixed(None)

    def run(state: State) -> list[Interval] | None:
        items, unit = source(state), per(state)
        return None if items is None else collapse(items, unit, state[0])

    return run


def collapse(items: list[Value], per: Quantity | None, context: Context) -> list[Interval]:
    """The intervals in order, those that overlap, meet, or stand within `per` of each other as one."""
    context.spend(len(items) + 1)
    known = [(start(item), end(item)) for item in items if isinstance(item, Interval)]
    ranges = sorted((pair for pair in known if None not in pair), key=lambda pair: sort_key(pair[0]))
    joined: list[tuple[Value, Value]] = []
    for low, high in ranges:
        if joined and _reaches(joined[-1][1], low, per):
            if order(high, joined[-1][1]) == 1:
                joined[-1] = (joined[-1][0], high)
        else:
            joined.append((low, high))
    return [Interval(low, high) for low, high in joined]


def _reaches(last: Value, first: Value, per: Quantity | None) -> bool:
    where = order(first, last)
    if where in (-1, 0):
        return True
    if where is None:
        return False
    if per is None or (per.unit == "1" and isinstance(last, TEMPORAL)):
        return order(first, successor(last)) in (-1, 0)
    if isinstance(last, (Date | DateTime | Time, Quantity)):
        return order(first, add(last, per)) in (-1, 0)
    return order(first, add(last, per.value if isinstance(last, Decimal) else int(per.value or 0))) in (-1, 0)


@operator("Expand")
def _expand(compiler: Compiler, node: Node) -> Closure:
    operands = compiler.operands(node)
    source, per = operands[0], operands[1] if len(operands) > 1 else compiler.fixed(None)

    def run(state: State) -> list[Value] | None:
        items, unit = source(state), per(state)
        if items is None:
            return None
        single = isinstance(items, Interval)
        intervals = [items] if single else [item for item in items if item is not None]
        found: list[Value] = []
        for interval in intervals:
            for low, high in _units(interval, unit):
                state[0].spend(1)
                found.append(low if single else Interval(low, high))
        return found

    return run


def _units(interval: Value, per: Quantity | None) -> Iterator[tuple[Value, Value]]:
    """The first and last point of each whole unit within an interval."""
    if not isinstance(interval, Interval):
        raise CqlError("Expand needs intervals")
    low, high = start(interval), end(interval)
    if low is None or high is None:
        return iter(())
    if isinstance(low, TEMPORAL):
        return _temporal_units(low, high, per)
    return _number_units(low, high, per)


def _temporal_units(low: Temporal, high: Temporal, per: Quantity | None) -> Iterator[tuple[Value, Value]]:
    per = per or point_size(min(low.precision, high.precision), low)
    name = calendar_unit(per.unit)
    if name is None or per.value is None or per.value < 1:
        raise CqlError(f"dates cannot be expanded by {per}")
    precision = PRECISIONS["day" if name == "week" else name]
    if min(low.precision, high.precision) < precision:
        return
    low, high = _cut(low, precision), _cut(high, precision)
    while compare(low, high) in (-1, 0):
        try:
            following = add(low, per)
        except CqlError:  # the unit reaches beyond the last year
            return
        last = predecessor(following)
        if compare(last, high) == 1 or (order(following, low) != 1 and not isinstance(low, Time)):
            return
        yield low, last
        if order(following, low) != 1:  # a time of day that has gone round the clock
            return
        low = following


def _cut(value: Temporal, precision: int) -> Temporal:
    index = precision - 3 if isinstance(value, Time) else precision
    return with_components(value, components(value)[:index])


def _places(value: Decimal) -> int:
    return max(0, -int(value.as_tuple().exponent))


def _number_units(low: Value, high: Value, per: Quantity | None) -> Iterator[tuple[Value, Value]]:
    """A number stated less precisely than the unit stands for all that it may mean: 10 per 0.1 ends at 10.9."""
    unit = low.unit if isinstance(low, Quantity) else None
    first, last = _number(low, unit), _number(high, unit)
    whole = isinstance(low, int)
    size = _size(per, unit, first, last)
    places = _places(size)
    point = Decimal(1).scaleb(-places)
    if places > _places(last):
        last = DECIMAL.subtract(DECIMAL.add(last, Decimal(1).scaleb(-_places(last))), point)
    first = first.quantize(point, ROUND_FLOOR, DECIMAL)
    last = last.quantize(point, ROUND_FLOOR, DECIMAL)

    def made(value: Decimal) -> Value:
        if whole and places == 0:
            return type(low)(int(value)) if isinstance(low, Long) else int(value)
        return value if unit is None else Quantity(value, unit)

    while True:
        top = DECIMAL.subtract(DECIMAL.add(first, size), point)
        if top > last:
            return
        yield made(first), made(top)
        first = DECIMAL.add(first, size)


def _number(value: Value, unit: str | None) -> Decimal:
    if not isinstance(value, Quantity):
        return Decimal(value)
    number = convert(value.value or Decimal(0), value.unit, unit or "1")
    if number is None:
        raise CqlError(f"{value} does not convert to '{unit}'")
    return number


def _size(per: Quantity | None, unit: str | None, first: Decimal, last: Decimal) -> Decimal:
    if per is None:
        return Decimal(1).scaleb(-min(_places(first), _places(last)))
    size = per.value if unit is None or per.unit == "1" else convert(per.value or Decimal(0), per.unit, unit)
    if size is None or size <= 0:
        raise CqlError(f"numbers cannot be expanded by {per}")
    return size
