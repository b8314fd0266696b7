"""Three-valued logic: https://cql.hl7.org/09-b-cqlreference.html#logical-operators-3 ."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fhir_content.cql.elm import Closure, Node, State, operator
from fhir_content.cql.error import CqlError
from fhir_content.cql.values import Value

if TYPE_CHECKING:
    from fhir_content.cql.compiler import Compiler


def _boolean(value: Value) -> bool | None:
    if value is None or value is True or value is False:
        return value
    raise CqlError(f"a Boolean is needed, not {type(value).__name__}")


@operator("And")
def _and(compiler: Compiler, node: Node) -> Closure:
    left, right = compiler.operands(node, 2)

    def run(state: State) -> bool | None:
        one = left(state)
        if one is False:
            return False
        two = right(state)
        if two is False:
            return False
        return True if one is True and two is True else _unknown(one, two)

    return run


@operator("Or")
def _or(compiler: Compiler, node: Node) -> Closure:
    left, right = compiler.operands(node, 2)

    def run(state: State) -> bool | None:
        one = left(state)
        if one is True:
            return True
        two = right(state)
        if two is True:
            return True
        return False if one is False and two is False else _unknown(one, two)

    return run


def _unknown(left: Value, right: Value) -> bool | None:
    """Null, once it is sure that both are Booleans."""
    for value in (left, right):
        _boolean(value)
    return None


@operator("Xor")
def _xor(compiler: Compiler, node: Node) -> Closure:
    left, right = compiler.operands(node, 2)

    def run(state: State) -> bool | None:
        one, two = _boolean(left(state)), _boolean(right(state))
        return None if one is None or two is None else one is not two

    return run


@operator("Implies")
def _implies(compiler: Compiler, node: Node) -> Closure:
    left, right = compiler.operands(node, 2)

    def run(state: State) -> bool | None:
        one = _boolean(left(state))
        if one is False:
            return True
        two = _boolean(right(state))
        return True if two is True else None if one is None or two is None else False

    return run


@operator("Not")
def _not(compiler: Compiler, node: Node) -> Closure:
    operand = compiler.operand(node)

    def run(state: State) -> bool | None:
        value = operand(state)
        return False if value is True else True if value is False else _boolean(value)

    return run
