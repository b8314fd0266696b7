"""References to definitions, functions and parameters: https://cql.hl7.org/04-logicalspecification.html#reusing-logic ."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from fhir_content.cql import fhir_helpers
from fhir_content.cql.elm import Closure, Node, State, operator
from fhir_content.cql.error import CqlError
from fhir_content.cql.functions import Function, chosen, matching
from fhir_content.cql.values import Value

if TYPE_CHECKING:
    from fhir_content.cql.compiler import Compiler


class _Unset:
    """Marks a definition that has not been evaluated."""

    def __repr__(self) -> str:
        return "not evaluated"


UNSET: Any = _Unset()


@operator("ExpressionRef", pure=False)
def _expression(compiler: Compiler, node: Node) -> Closure:
    name, alias = compiler.text(node, "name"), node.get("libraryName")
    if alias:
        library = compiler.included(alias)
        if name not in library.slots:
            raise CqlError(f"library {alias} has no definition {name}")
        compiler.uses.add((alias, name))
        return elsewhere(compiler.include_slot(alias), recalled(library.bodies, name, library.slots[name]))
    if name not in compiler.definitions:
        raise CqlError(f"{name} is not defined")
    compiler.uses.add(("", name))
    return recalled(compiler.bodies, name, compiler.definitions[name])


def recalled(bodies: dict[str, Closure], name: str, slot: int) -> Closure:
    """The value of a definition, evaluated the first time it is asked for."""

    def run(state: State) -> Value:
        value = state[slot]
        if value is UNSET:
            value = state[slot] = bodies[name](state)
        return value

    return run


def elsewhere(slot: int, closure: Closure) -> Closure:
    """A closure of an included library, run in the state of that library."""
    return lambda state: closure(state[slot])


@operator("ParameterRef", pure=False)
def _parameter(compiler: Compiler, node: Node) -> Closure:
    name, alias = compiler.text(node, "name"), node.get("libraryName")
    library = compiler.included(alias) if alias else None
    known = library.parameters if library else compiler.parameters
    if name not in known:
        raise CqlError(f"parameter {name} is not declared")
    read = recalled(library.bodies if library else compiler.bodies, f"parameter {name}", known[name])
    return elsewhere(compiler.include_slot(alias), read) if alias else read


@operator("FunctionRef", pure=False)
def _function(compiler: Compiler, node: Node) -> Closure:
    name, alias = compiler.text(node, "name"), node.get("libraryName")
    operands = compiler.operands(node)
    native = fhir_helpers.function(compiler.library, alias, name) if alias else None
    if native is not None:
        return _native(native, operands, name)
    functions = compiler.included(alias).functions if alias else compiler.functions
    if name not in functions:
        raise CqlError(f"function {name} is not defined")
    compiler.uses.add((alias or "", name))
    candidates = chosen(functions[name], compiler.nodes(node, "signature"), len(operands))
    if not candidates:
        raise CqlError(f"function {name} takes no {len(operands)} operands of these types")
    return _call(candidates, operands, compiler.include_slot(alias) if alias else 0)


def _call(candidates: list[Function], operands: list[Closure], home: int) -> Closure:
    """A call in the state of the function's library, which stands in slot `home` (0: in this one)."""
    only = candidates[0] if len(candidates) == 1 else None

    def run(state: State) -> Value:
        values = [operand(state) for operand in operands]
        function = only or matching(candidates, values)
        inner = state[home] if home else state
        inner[0].spend(1)
        for slot, value in zip(function.slots, values, strict=True):
            inner[slot] = value
        return function.body(inner)

    return run


def _native(function: Callable[[Value, int], Value], operands: list[Closure], name: str) -> Closure:
    if len(operands) != 1:
        raise CqlError(f"FHIRHelpers.{name} takes one operand")
    operand = operands[0]

    def run(state: State) -> Value:
        value = operand(state)
        return None if value is None else function(value, state[0].offset)

    return run
