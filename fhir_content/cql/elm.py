"""The table of ELM node types: each chapter enters what it knows to compile.

A node becomes a closure that takes the state of one evaluation and gives a value. The state is a list:
the Context first, then one slot for each definition, alias, let and function operand.
https://cql.hl7.org/04-logicalspecification.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias

from fhir_content.cql.values import Value

if TYPE_CHECKING:
    from fhir_content.cql.compiler import Compiler

Node: TypeAlias = dict[str, Any]
State: TypeAlias = list[Any]
Closure: TypeAlias = Callable[[State], Value]
Build: TypeAlias = "Callable[[Compiler, Node], Closure]"

OPERATORS: dict[str, Build] = {}
# Node types whose value hangs on their operands alone: with constant operands they are evaluated at load.
PURE: set[str] = set()


class _Unset:
    """Marks a definition that has not been evaluated."""

    def __repr__(self) -> str:
        return "not evaluated"


UNSET: Any = _Unset()
SYSTEM = "{urn:hl7-org:elm-types:r1}"


def operator(*names: str, pure: bool = True) -> Callable[[Build], Build]:
    """Enter a builder for the node types of these names."""

    def enter(build: Build) -> Build:
        for name in names:
            OPERATORS[name] = build
            if pure:
                PURE.add(name)
        return build

    return enter


def unary(name: str, function: Callable[[Value], Value], source: str = "operand") -> None:
    """Enter an operator of one operand that gives null for null."""

    def build(compiler: Compiler, node: Node) -> Closure:
        operand = compiler.operand(node, source)

        def run(state: State) -> Value:
            value = operand(state)
            return None if value is None else function(value)

        return run

    operator(name)(build)


def binary(name: str, function: Callable[[Value, Value], Value]) -> None:
    """Enter an operator of two operands that gives null where either is null."""

    def build(compiler: Compiler, node: Node) -> Closure:
        left, right = compiler.operands(node, 2)
        if compiler.is_constant(right):
            return _with_constant(left, compiler.constant(right), function)

        def run(state: State) -> Value:
            one = left(state)
            if one is None:
                return None
            two = right(state)
            return None if two is None else function(one, two)

        return run

    operator(name)(build)


def _with_constant(left: Closure, two: Value, function: Callable[[Value, Value], Value]) -> Closure:
    def run(state: State) -> Value:
        one = left(state)
        return None if one is None or two is None else function(one, two)

    return run


def binary_in_context(name: str, function: Callable[[Value, Value, Any], Value]) -> None:
    """Enter an operator of two operands, nulls passed on, that spends steps of the Context as it goes."""

    def build(compiler: Compiler, node: Node) -> Closure:
        left, right = compiler.operands(node, 2)
        return lambda state: function(left(state), right(state), state[0])

    operator(name)(build)
