"""Null and conditionals: https://cql.hl7.org/09-b-cqlreference.html#nullological-operators-3 ."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fhir_content.cql.elm import Closure, Node, State, operator
from fhir_content.cql.equality import equal
from fhir_content.cql.values import Value

if TYPE_CHECKING:
    from fhir_content.cql.compiler import Compiler


@operator("Null")
def _null(compiler: Compiler, node: Node) -> Closure:
    return lambda state: None


@operator("IsNull")
def _is_null(compiler: Compiler, node: Node) -> Closure:
    operand = compiler.operand(node)
    return lambda state: operand(state) is None


@operator("IsTrue")
def _is_true(compiler: Compiler, node: Node) -> Closure:
    operand = compiler.operand(node)
    return lambda state: operand(state) is True


@operator("IsFalse")
def _is_false(compiler: Compiler, node: Node) -> Closure:
    operand = compiler.operand(node)
    return lambda state: operand(state) is False


@operator("Coalesce")
def _coalesce(compiler: Compiler, node: Node) -> Closure:
    operands = compiler.operands(node)
    if len(operands) == 1:
        return _coalesce_list(operands[0])

    def run(state: State) -> Value:
        for operand in operands:
            value = operand(state)
            if value is not None:
                return value
        return None

    return run


def _coalesce_list(operand: Closure) -> Closure:
    def run(state: State) -> Value:
        value = operand(state)
        if not isinstance(value, list):
            return value
        return next((item for item in value if item is not None), None)

    return run


@operator("If")
def _if(compiler: Compiler, node: Node) -> Closure:
    condition = compiler.operand(node, "condition")
    then, otherwise = compiler.operand(node, "then"), compiler.operand(node, "else")
    return lambda state: then(state) if condition(state) is True else otherwise(state)


@operator("Case")
def _case(compiler: Compiler, node: Node) -> Closure:
    items = [
        (compiler.operand(item, "when"), compiler.operand(item, "then")) for item in compiler.nodes(node, "caseItem")
    ]
    otherwise = compiler.operand(node, "else")
    comparand = compiler.operand(node, "comparand") if node.get("comparand") else None

    def search(state: State) -> Value:
        for when, then in items:
            if when(state) is True:
                return then(state)
        return otherwise(state)

    def select(state: State) -> Value:
        value = comparand(state) if comparand else None
        for when, then in items:
            if equal(value, when(state), state[0]) is True:
                return then(state)
        return otherwise(state)

    return select if comparand else search
