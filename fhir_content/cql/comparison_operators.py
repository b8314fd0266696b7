"""Comparison: https://cql.hl7.org/09-b-cqlreference.html#comparison-operators-4 ."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from operator import ge, gt, le, lt
from typing import TYPE_CHECKING

from fhir_content.cql.elm import Closure, Node, State, binary, operator
from fhir_content.cql.equality import equal, equivalent
from fhir_content.cql.interval import order
from fhir_content.cql.values import Uncertainty, Value

if TYPE_CHECKING:
    from fhir_content.cql.compiler import Compiler

_PLAIN = (int, Decimal, str)


def _bounds(value: Value) -> tuple[int, int]:
    return (value.low, value.high) if type(value) is Uncertainty else (value, value)


def _comparison(relation: Callable[[Value, Value], bool]) -> Callable[[Value, Value], bool | None]:
    def run(left: Value, right: Value) -> bool | None:
        if type(left) is type(right) and type(left) in _PLAIN:
            return relation(left, right)
        if Uncertainty in (type(left), type(right)):
            verdicts = {relation(one, two) for one in _bounds(left) for two in _bounds(right)}
            return verdicts.pop() if len(verdicts) == 1 else None
        where = order(left, right)
        return None if where is None else relation(where, 0)

    return run


less = _comparison(lt)
less_or_equal = _comparison(le)
greater = _comparison(gt)
greater_or_equal = _comparison(ge)
binary("Less", less)
binary("LessOrEqual", less_or_equal)
binary("Greater", greater)
binary("GreaterOrEqual", greater_or_equal)


@operator("Equal")
def _equal(compiler: Compiler, node: Node) -> Closure:
    left, right = compiler.operands(node, 2)
    return lambda state: equal(left(state), right(state), state[0])


@operator("NotEqual")
def _not_equal(compiler: Compiler, node: Node) -> Closure:
    left, right = compiler.operands(node, 2)

    def run(state: State) -> bool | None:
        same = equal(left(state), right(state), state[0])
        return None if same is None else not same

    return run


@operator("Equivalent")
def _equivalent(compiler: Compiler, node: Node) -> Closure:
    left, right = compiler.operands(node, 2)
    return lambda state: equivalent(left(state), right(state), state[0])
