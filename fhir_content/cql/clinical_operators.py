"""Codes, value sets and membership: https://cql.hl7.org/09-b-cqlreference.html#clinical-operators-3 ."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fhir_content.cql.context import Context
from fhir_content.cql.elm import Closure, Node, State, operator
from fhir_content.cql.error import CqlError
from fhir_content.cql.values import Code, CodeSystem, Concept, Value, ValueSet

if TYPE_CHECKING:
    from fhir_content.cql.compiler import Compiler


@operator("CodeSystemRef", "ValueSetRef", "CodeRef", "ConceptRef")
def _vocabulary(compiler: Compiler, node: Node) -> Closure:
    name = compiler.text(node, "name")
    alias = node.get("libraryName")
    known = compiler.included(alias).vocabulary if alias else compiler.vocabulary
    key = f"{node['type'].removesuffix('Ref')} {name}"
    if key not in known:
        raise CqlError(f"{key} is not defined")
    return compiler.fixed(known[key])


def codes_of(value: Value) -> list[Code]:
    """The codes of a code, a concept, a string, or a list of them."""
    if value is None:
        return []
    if isinstance(value, Code):
        return [value]
    if isinstance(value, str):
        return [Code(value)]
    if isinstance(value, Concept):
        return [code for code in value.codes or () if code is not None]
    if isinstance(value, list):
        return [code for item in value for code in codes_of(item)]
    raise CqlError(f"a code is needed, not {type(value).__name__}")


def in_value_set(codes: list[Code], value_set: ValueSet, context: Context) -> bool:
    """Whether one of the codes is in the value set; a code without system matches by its code alone."""
    if not codes:
        return False  # whatever the value set holds; it need not be here
    members = context.members(value_set)
    context.spend(len(codes))
    for code in codes:
        if (code.system, code.code) in members:
            return True
        if code.system is None and any(member[1] == code.code for member in members):
            return True
    return False


def _reference(compiler: Compiler, node: Node, name: str, kind: str) -> Closure:
    """The value set or code system: a reference, whose node type ELM leaves out, or an expression."""
    if node.get(name):
        return compiler.compile({"type": kind, **node[name]})
    return compiler.operand(node, f"{name}Expression")


@operator("InValueSet", "AnyInValueSet", pure=False)
def _in_value_set(compiler: Compiler, node: Node) -> Closure:
    code = compiler.operand(node, "codes" if node["type"] == "AnyInValueSet" else "code")
    reference = _reference(compiler, node, "valueset", "ValueSetRef")

    def run(state: State) -> bool | None:
        value, value_set = code(state), reference(state)
        if value is None:
            return False
        if not isinstance(value_set, ValueSet):
            return _none(value_set, "value set")
        return in_value_set(codes_of(value), value_set, state[0])

    return run


def _none(value: Value, wanted: str) -> bool | None:
    """Null for null; an error for a value that is not what is wanted."""
    if value is not None:
        raise CqlError(f"a {wanted} is needed, not {type(value).__name__}")
    return None


@operator("InCodeSystem", "AnyInCodeSystem", pure=False)
def _in_code_system(compiler: Compiler, node: Node) -> Closure:
    code = compiler.operand(node, "codes" if node["type"] == "AnyInCodeSystem" else "code")
    reference = _reference(compiler, node, "codesystem", "CodeSystemRef")

    def run(state: State) -> bool | None:
        value, code_system = code(state), reference(state)
        if value is None:
            return False
        if not isinstance(code_system, CodeSystem):
            return _none(code_system, "code system")
        return any(item.system == code_system.id for item in codes_of(value))

    return run


@operator("ExpandValueSet", pure=False)
def _expand_value_set(compiler: Compiler, node: Node) -> Closure:
    operand = compiler.operand(node)

    def run(state: State) -> list[Code] | None:
        value_set = operand(state)
        if not isinstance(value_set, ValueSet):
            _none(value_set, "value set")
            return None
        members = sorted(state[0].members(value_set), key=lambda member: (member[0] or "", member[1] or ""))
        state[0].spend(len(members))
        return [Code(code, system) for system, code in members]

    return run
