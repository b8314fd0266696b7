"""User-defined functions and the choice between those of one name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fhir_content.cql.elm import Closure, Node, State
from fhir_content.cql.error import CqlError
from fhir_content.cql.type_operators import type_test
from fhir_content.cql.values import Value

if TYPE_CHECKING:
    from fhir_content.cql.compiler import Compiler


@dataclass(eq=False)
class Function:
    """A function: where its operands stand in the state, of which types, and its body."""

    name: str
    slots: list[int]
    types: list[Node]
    tests: list[Callable[[Value], bool]]
    body: Closure
    key: str = ""


def _uncompiled(state: State) -> Value:
    raise CqlError("the function was called before it was compiled")


def declared(compiler: Compiler, node: Node) -> Function:
    """A function from its definition, body still to come; raises CqlError for an external one."""
    name = compiler.text(node, "name")
    if node.get("external") or not node.get("expression"):
        raise CqlError(f"function {name} is external", locator=str(node.get("locator", "")))
    operands = compiler.nodes(node, "operand")
    types = [
        dict(operand.get("operandTypeSpecifier") or {"type": "NamedTypeSpecifier", "name": operand.get("operandType")})
        for operand in operands
    ]
    tests = [type_test(compiler, specifier) for specifier in types]
    return Function(name, [compiler.slot() for _ in operands], types, tests, _uncompiled)


def shape(specifier: object) -> object:
    """A type specifier without what does not count: places, result types, annotations."""
    if isinstance(specifier, list):
        return [shape(item) for item in specifier]
    if not isinstance(specifier, dict):
        return specifier
    left_out = ("localId", "locator", "annotation", "resultTypeName", "resultTypeSpecifier", "signature")
    return {key: shape(value) for key, value in specifier.items() if key not in left_out}


def chosen(functions: list[Function], signature: list[Node], count: int) -> list[Function]:
    """The functions that a call may mean: by its signature where it states one, otherwise by the operand count."""
    fitting = [function for function in functions if len(function.slots) == count]
    if len(fitting) > 1 and len(signature) == count:
        exact = [function for function in fitting if shape(function.types) == shape(signature)]
        return exact or fitting
    return fitting


def matching(functions: list[Function], values: list[Value]) -> Function:
    """The first function whose operand types the values have; a null has every type."""
    for function in functions:
        pairs = zip(function.tests, values, strict=True)
        if all(value is None or test(value) for test, value in pairs):
            return function
    raise CqlError(f"no function {functions[0].name} takes operands of these types")
