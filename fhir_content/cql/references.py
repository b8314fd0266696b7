"""References to definitions, functions and parameters.

https://cql.hl7.org/04-logicalspecification.html#reusing-logic
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from fhir_content.cql import fhir_helpers
from fhir_content.cql.elm import OPERATORS, UNSET, Closure, Node, State, operator
from fhir_content.cql.error import BROKEN, CqlError
from fhir_content.cql.functions import Function, chosen, matching
from fhir_content.cql.values import Value

if TYPE_CHECKING:
    from fhir_content.cql.compiler import Compiler


@operator("ExpressionRef", pure=False)
def _expression(compiler: Compiler, node: Node) -> Closure:
    name, alias = compiler.text(node, "name"), node.get("libraryName")
    library = compiler.included(alias) if alias else None
    slots = library.slots if library else compiler.definitions
    if name not in slots:
        raise CqlError(f"{f'{alias}.' if alias else ''}{name} is not defined")
    compiler.uses[alias or "", name] = None
    if library is None:
        return recalled(compiler.bodies, name, slots[name], (compiler.library, name, compiler.locators[name]))
    read = recalled(library.bodies, name, slots[name], (library.id, name, library.locators[name]))
    return elsewhere(compiler.include_slot(str(alias)), read)


def recalled(bodies: dict[str, Closure], name: str, slot: int, place: tuple[str, str, str]) -> Closure:
    """The value of a definition, evaluated the first time it is asked for."""

    def run(state: State) -> Value:
        value = state[slot]
        if value is UNSET:
            try:
                value = state[slot] = bodies[name](state)
            except (CqlError, *BROKEN) as error:
                raise failure(error, *place) from error
        return value

    return run


def failure(error: Exception, library: str, name: str, locator: str) -> CqlError:
    """What went wrong in a definition, as a CqlError that says where."""
    if isinstance(error, RecursionError):
        error = CqlError("the expression is nested too deeply", limit=True)
    elif not isinstance(error, CqlError):
        error = CqlError(f"an operator met a value of a type that it does not take: {error!r}"[:300])
    return error.within(library, name, locator)


def elsewhere(slot: int, closure: Closure) -> Closure:
    """A closure of an included library, run in the state of that library."""
    return lambda state: closure(state[slot])


@operator("ParameterRef", pure=False)
def _parameter(compiler: Compiler, node: Node) -> Closure:
    name, alias = compiler.text(node, "name"), node.get("libraryName")
    library = compiler.included(alias) if alias else None
    slots = library.parameters if library else compiler.parameters
    if name not in slots:
        raise CqlError(f"parameter {name} is not declared")
    key = f"parameter {name}"
    compiler.uses[alias or "", key] = None
    place = (library.id if library else compiler.library, key, "")
    read = recalled(library.bodies if library else compiler.bodies, key, slots[name], place)
    return elsewhere(compiler.include_slot(alias), read) if alias else read


@operator("FunctionRef", pure=False)
def _function(compiler: Compiler, node: Node) -> Closure:
    name, alias = compiler.text(node, "name"), node.get("libraryName")
    operands = compiler.operands(node)
    native = fhir_helpers.FUNCTIONS.get(name) if alias in compiler.helpers else None
    if native is not None:
        return _native(native, operands, name)
    functions = compiler.included(alias).functions if alias else compiler.functions
    if name not in functions and not alias and name in OPERATORS:
        return OPERATORS[name](compiler, {**node, "type": name})  # a System function that the translator left as a call
    if name not in functions:
        raise CqlError(f"function {name} is not defined")
    candidates = chosen(functions[name], compiler.nodes(node, "signature"), len(operands))
    compiler.uses.update({(alias or "", function.key): None for function in candidates})
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


def _native(function: Callable[[Value], Value], operands: list[Closure], name: str) -> Closure:
    if len(operands) != 1:
        raise CqlError(f"FHIRHelpers.{name} takes one operand")
    operand = operands[0]

    def run(state: State) -> Value:
        value = operand(state)
        return None if value is None else function(value)

    return run
