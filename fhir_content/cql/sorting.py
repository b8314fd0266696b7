"""The order of a query's result: by the items, by a component, or by an expression; nulls come first.

https://cql.hl7.org/03-developersguide.html#sorting
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import cmp_to_key
from typing import TYPE_CHECKING, Any

from fhir_content.cql import interval as intervals
from fhir_content.cql.elm import Closure, Node, State, operator
from fhir_content.cql.error import CqlError
from fhir_content.cql.properties import member, path_of
from fhir_content.cql.temporal import Date, DateTime, Time
from fhir_content.cql.values import Quantity, Value

if TYPE_CHECKING:
    from fhir_content.cql.compiler import Compiler

_UNZONED, _PLAIN = (Date, Time), (int, Decimal, str)
_DIRECTIONS = {"asc": False, "ascending": False, "desc": True, "descending": True}


def sorted_by(compiler: Compiler, node: Node) -> Callable[[State, list[Value]], list[Value]]:
    """What sorts the result as the sort clause says; the last criterion is applied first, for sorting is stable."""
    criteria = [_criterion(compiler, child) for child in compiler.nodes(node, "by")]

    def run(state: State, items: list[Value]) -> list[Value]:
        if len(items) < 2:
            return items
        state[0].spend(len(items) * len(items).bit_length())
        for key, reverse in reversed(criteria):
            keyed = [(sort_key(key(state, item)), item) for item in items]
            try:
                keyed.sort(key=lambda pair: pair[0], reverse=reverse)
            except TypeError:
                raise CqlError("the values to sort by are of different types") from None
            items = [item for _, item in keyed]
        return items

    return run


def _criterion(compiler: Compiler, node: Node) -> tuple[Callable[[State, Value], Value], bool]:
    direction = node.get("direction", "asc")
    if direction not in _DIRECTIONS:
        raise CqlError(f"unknown sort direction {direction}")
    kind = node.get("type")
    if kind == "ByDirection":
        return (lambda state, item: item), _DIRECTIONS[direction]
    if kind == "ByColumn":
        path = path_of(compiler.text(node, "path"))
        return (lambda state, item: path(item)), _DIRECTIONS[direction]
    if kind != "ByExpression":
        raise CqlError(f"unknown sort criterion {kind}")
    slot = compiler.slot()
    with compiler.bound({"$this": slot}):
        expression = compiler.operand(node, "expression")

    def by_expression(state: State, item: Value) -> Value:
        state[slot] = item
        return expression(state)

    return by_expression, _DIRECTIONS[direction]


@operator("IdentifierRef", pure=False)
def _identifier(compiler: Compiler, node: Node) -> Closure:
    """In a sort expression: a component of the item; elsewhere what the scope gives."""
    name = compiler.text(node, "name")
    if name in compiler.scope:
        slot = compiler.scope[name]
        return lambda state: state[slot]
    if "$this" not in compiler.scope:
        raise CqlError(f"{name} is not in scope")
    slot = compiler.scope["$this"]
    return lambda state: member(state[slot], name)


def sort_key(value: Value) -> tuple[Any, ...]:
    """A key by which values sort; dates by their earliest moment, the less precise first."""
    if value is None:
        return (0,)
    if isinstance(value, DateTime):
        return (1, value.utc, value.precision)
    if isinstance(value, _UNZONED):
        return (1, value.key, value.precision)
    if isinstance(value, _PLAIN):
        return (1, value)
    if isinstance(value, Quantity):
        return (1, _quantity_key(value))
    raise CqlError(f"values of type {type(value).__name__} do not sort")


def _compare(left: Quantity, right: Quantity) -> int:
    where = intervals.order(left, right)
    if where is None:
        raise CqlError(f"{left} and {right} do not compare")
    return where


_quantity_key = cmp_to_key(_compare)
