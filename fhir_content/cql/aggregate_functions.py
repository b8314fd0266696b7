"""Aggregates: https://cql.hl7.org/09-b-cqlreference.html#aggregate-functions . Nulls in the list do not count."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from functools import reduce
from typing import TYPE_CHECKING

from fhir_content.cql.arithmetic_operators import add, divide, multiply, type_name
from fhir_content.cql.elm import Closure, Node, State, operator
from fhir_content.cql.error import CqlError
from fhir_content.cql.interval import order
from fhir_content.cql.list_operators import as_list
from fhir_content.cql.properties import path_of
from fhir_content.cql.sorting import sort_key
from fhir_content.cql.units import convert
from fhir_content.cql.values import DECIMAL, Quantity, Value, fit

if TYPE_CHECKING:
    from fhir_content.cql.compiler import Compiler


def _aggregate(name: str, function: Callable[[list[Value]], Value], empty: Value = None) -> None:
    """Enter an aggregate over the non-null items; `empty` is its value where there are none."""

    def build(compiler: Compiler, node: Node) -> Closure:
        source = compiler.operand(node, "source")
        path = path_of(node["path"]) if node.get("path") else None

        def run(state: State) -> Value:
            items = source(state)
            if items is None:
                return empty
            state[0].spend(len(as_list(items, name)))
            kept = [item for item in (map(path, items) if path else items) if item is not None]
            return function(kept) if kept else empty

        return run

    operator(name)(build)


def _boolean(items: list[Value]) -> list[Value]:
    for item in items:
        if not isinstance(item, bool):
            raise CqlError(f"a list of Booleans is needed, not of {type_name(item)}")
    return items


def _sum(items: list[Value]) -> Value:
    return _folded(add, items)


def _folded(function: Callable[[Value, Value], Value], items: list[Value]) -> Value:
    def step(total: Value, item: Value) -> Value:
        return None if total is None else function(total, item)

    return reduce(step, items)


def _average(items: list[Value]) -> Value:
    total = _sum(items)
    return None if total is None else divide(total, Decimal(len(items)))


def _product(items: list[Value]) -> Value:
    return _folded(multiply, items)


def _extreme(wanted: int) -> Callable[[list[Value]], Value]:
    def run(items: list[Value]) -> Value:
        best = items[0]
        for item in items[1:]:
            if order(item, best) == wanted:
                best = item
        return best

    return run


def _median(items: list[Value]) -> Value:
    ordered = sorted(items, key=sort_key)
    middle = len(ordered) // 2
    if len(ordered) % 2:
        return ordered[middle]
    total = add(ordered[middle - 1], ordered[middle])
    return None if total is None else divide(total, Decimal(2))


def _mode(items: list[Value]) -> Value:
    counts: list[list[Value]] = []
    for item in sorted(items, key=sort_key):
        if counts and sort_key(counts[-1][0]) == sort_key(item):
            counts[-1][1] += 1
        else:
            counts.append([item, 1])
    most = max(count for _, count in counts)
    return next(item for item, count in counts if count == most)


def _numbers(items: list[Value]) -> tuple[list[Decimal], str | None]:
    """The items as decimals in the unit of the first, and that unit; None for plain numbers."""
    first = items[0]
    unit = first.unit if isinstance(first, Quantity) else None
    values: list[Decimal] = []
    for item in items:
        if isinstance(item, Quantity) and unit is not None and item.value is not None:
            value = convert(item.value, item.unit, unit)
            if value is None:
                raise CqlError(f"{item} and {first} have no unit in common")
            values.append(value)
        elif unit is None and isinstance(item, int | Decimal) and not isinstance(item, bool):
            values.append(Decimal(item))
        else:
            raise CqlError(f"numbers or quantities are needed, not {type_name(item)}")
    return values, unit


def _variance(items: list[Value], *, sample: bool, root: bool) -> Value:
    values, unit = _numbers(items)
    count = len(values) - sample
    if count < 1:
        return None
    mean = DECIMAL.divide(reduce(DECIMAL.add, values), Decimal(len(values)))
    squares = [DECIMAL.multiply(gap, gap) for gap in (DECIMAL.subtract(value, mean) for value in values)]
    result = DECIMAL.divide(reduce(DECIMAL.add, squares), Decimal(count))
    number = fit(DECIMAL.sqrt(result) if root else result)
    return number if unit is None or number is None else Quantity(number, unit)


def _geometric_mean(items: list[Value]) -> Value:
    values, _ = _numbers(items)
    if any(value <= 0 for value in values):
        return None
    logarithms = reduce(DECIMAL.add, [DECIMAL.ln(value) for value in values])
    try:
        return fit(DECIMAL.exp(DECIMAL.divide(logarithms, Decimal(len(values)))))
    except InvalidOperation:
        return None


_aggregate("AllTrue", lambda items: False not in _boolean(items), empty=True)
_aggregate("AnyTrue", lambda items: True in _boolean(items), empty=False)
_aggregate("Count", len, empty=0)
_aggregate("Sum", _sum)
_aggregate("Product", _product)
_aggregate("Avg", _average)
_aggregate("Min", _extreme(-1))
_aggregate("Max", _extreme(1))
_aggregate("Median", _median)
_aggregate("Mode", _mode)
_aggregate("GeometricMean", _geometric_mean)
_aggregate("Variance", lambda items: _variance(items, sample=True, root=False))
_aggregate("StdDev", lambda items: _variance(items, sample=True, root=True))
_aggregate("PopulationVariance", lambda items: _variance(items, sample=False, root=False))
_aggregate("PopulationStdDev", lambda items: _variance(items, sample=False, root=True))


@operator("Aggregate", pure=False)
def _fold(compiler: Compiler, node: Node) -> Closure:
    source, initial = compiler.operand(node, "source"), compiler.optional(node, "initialValue")
    item_slot, total_slot = compiler.slot(), compiler.slot()
    with compiler.bound({"$this": item_slot, "$total": total_slot}):
        iteration = compiler.operand(node, "iteration")

    def run(state: State) -> Value:
        items, total = source(state), initial(state)
        if items is None:
            return None
        state[0].spend(len(as_list(items, "Aggregate")))
        for item in items:
            state[item_slot], state[total_slot] = item, total
            total = iteration(state)
        return total

    return run


@operator("Total", pure=False)
def _total(compiler: Compiler, node: Node) -> Closure:
    slot = compiler.scope["$total"]
    return lambda state: state[slot]
