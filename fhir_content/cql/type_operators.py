"""Types: https://cql.hl7.org/09-b-cqlreference.html#type-operators-1 ."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING, TypeAlias

from fhir_content.cql import model
from fhir_content.cql.conversions import CONVERSIONS
from fhir_content.cql.elm import SYSTEM, Closure, Node, State, operator
from fhir_content.cql.error import CqlError
from fhir_content.cql.interval import Interval, point_type_of
from fhir_content.cql.model import Element
from fhir_content.cql.temporal import Date, DateTime, Time
from fhir_content.cql.units import convert
from fhir_content.cql.values import (
    Code,
    CodeSystem,
    Concept,
    Long,
    Quantity,
    Ratio,
    Tuple,
    Uncertainty,
    Value,
    ValueSet,
    Vocabulary,
)

if TYPE_CHECKING:
    from fhir_content.cql.compiler import Compiler

Test: TypeAlias = Callable[[Value], bool]
_PYTHON: dict[str, tuple[type, ...]] = {
    "Boolean": (bool,),
    "Integer": (int, Uncertainty),
    "Long": (Long,),
    "Decimal": (Decimal,),
    "String": (str,),
    "Quantity": (Quantity,),
    "Ratio": (Ratio,),
    "Date": (Date,),
    "DateTime": (DateTime,),
    "Time": (Time,),
    "Code": (Code,),
    "Concept": (Concept,),
    "ValueSet": (ValueSet,),
    "CodeSystem": (CodeSystem,),
    "Vocabulary": (Vocabulary, ValueSet, CodeSystem),
}


def type_test(compiler: Compiler, specifier: Node) -> Test:
    """Whether a value, not null, is of the specified type."""
    kind = specifier.get("type")
    if kind == "NamedTypeSpecifier":
        return _named_test(compiler.type_name(specifier["name"]))
    if kind == "ListTypeSpecifier":
        element = type_test(compiler, specifier["elementType"])
        return lambda value: type(value) is list and all(item is None or element(item) for item in value)
    if kind == "IntervalTypeSpecifier":
        return _interval_test(compiler, specifier["pointType"])
    if kind == "TupleTypeSpecifier":
        names = {compiler.text(child, "name") for child in compiler.nodes(specifier, "element")}
        return lambda value: type(value) is Tuple and set(value) <= names
    if kind == "ChoiceTypeSpecifier":
        tests = [type_test(compiler, child) for child in compiler.nodes(specifier, "choice")]
        return lambda value: any(test(value) for test in tests)
    raise CqlError(f"unknown type specifier {kind}")


def _named_test(name: str) -> Test:
    if name == "Any":
        return lambda value: True
    if name.startswith("FHIR."):
        return model.type_test(name[5:])
    if name not in _PYTHON:
        raise CqlError(f"unknown type System.{name}")
    kinds = _PYTHON[name]
    return lambda value: type(value) in kinds


def _interval_test(compiler: Compiler, point: Node) -> Test:
    name = compiler.type_name(point["name"]) if point.get("type") == "NamedTypeSpecifier" else "Any"
    return lambda value: type(value) is Interval and (name == "Any" or point_type_of(value) in ("", name))


def _specifier(node: Node, prefix: str) -> Node:
    if node.get(f"{prefix}TypeSpecifier"):
        return dict(node[f"{prefix}TypeSpecifier"])
    return {"type": "NamedTypeSpecifier", "name": node[f"{prefix}Type"]}


@operator("Is")
def _is(compiler: Compiler, node: Node) -> Closure:
    operand, test = compiler.operand(node), type_test(compiler, _specifier(node, "is"))

    def run(state: State) -> bool:
        value = operand(state)
        return value is not None and test(value)

    return run


@operator("As")
def _as(compiler: Compiler, node: Node) -> Closure:
    specifier = _specifier(node, "as")
    operand, test = compiler.operand(node), type_test(compiler, specifier)
    strict = node.get("strict") is True
    described = str(specifier.get("name") or specifier.get("type"))

    def run(state: State) -> Value:
        value = operand(state)
        if value is None or test(value):
            return value
        if strict:
            raise CqlError(f"cannot cast a value of type {type(value).__name__} as {described}")
        return None

    return run


def _conversion(name: str, function: Callable[[Value, int], Value]) -> None:
    """Enter `ToX`, and `ConvertsToX`, which says whether it would give a value."""

    def build(compiler: Compiler, node: Node) -> Closure:
        operand = compiler.operand(node)
        if name in ("DateTime", "Date", "Time"):
            compiler.varies()

        def run(state: State) -> Value:
            value = operand(state)
            return None if value is None else function(value, state[0].offset)

        return run

    def build_test(compiler: Compiler, node: Node) -> Closure:
        operand = compiler.operand(node)

        def run(state: State) -> bool | None:
            value = operand(state)
            return None if value is None else _converts(function, value)

        return run

    operator(f"To{name}")(build)
    operator(f"ConvertsTo{name}")(build_test)


def _converts(function: Callable[[Value, int], Value], value: Value) -> bool:
    try:
        return function(value, 0) is not None
    except CqlError:
        return False


for _name, _function in CONVERSIONS.items():
    _conversion(_name, _function)


@operator("ToList")
def _to_list(compiler: Compiler, node: Node) -> Closure:
    operand = compiler.operand(node)

    def run(state: State) -> list[Value]:
        value = operand(state)
        return [] if value is None else [value]

    return run


@operator("ToChars")
def _to_chars(compiler: Compiler, node: Node) -> Closure:
    operand = compiler.operand(node)

    def run(state: State) -> list[str] | None:
        value = operand(state)
        if value is not None:
            state[0].spend(len(value))
        return None if value is None else list(value)

    return run


@operator("Convert")
def _convert(compiler: Compiler, node: Node) -> Closure:
    name = _target(compiler, node, "to")
    operand, function = compiler.operand(node), CONVERSIONS[name]
    compiler.varies()

    def run(state: State) -> Value:
        value = operand(state)
        return None if value is None else function(value, state[0].offset)

    return run


@operator("CanConvert")
def _can_convert(compiler: Compiler, node: Node) -> Closure:
    name = _target(compiler, node, "to")
    operand, function = compiler.operand(node), CONVERSIONS[name]

    def run(state: State) -> bool | None:
        value = operand(state)
        return None if value is None else _converts(function, value)

    return run


def _target(compiler: Compiler, node: Node, prefix: str) -> str:
    specifier = _specifier(node, prefix)
    name = compiler.type_name(specifier.get("name", "")) if str(specifier.get("name", "")).startswith(SYSTEM) else ""
    if name not in CONVERSIONS:
        raise CqlError(f"no conversion to {specifier.get('name') or specifier.get('type')}")
    return name


@operator("ConvertQuantity", "CanConvertQuantity")
def _convert_quantity(compiler: Compiler, node: Node) -> Closure:
    operand, unit = compiler.operands(node, 2)
    asks = node["type"] == "CanConvertQuantity"

    def run(state: State) -> Value:
        quantity, target = operand(state), unit(state)
        if not isinstance(quantity, Quantity) or quantity.value is None or target is None:
            return None
        value = convert(quantity.value, quantity.unit, target)
        return value is not None if asks else None if value is None else Quantity(value, target)

    return run


@operator("Children", "Descendents")
def _children(compiler: Compiler, node: Node) -> Closure:
    source = compiler.operand(node, "source")
    deep = node["type"] == "Descendents"

    def run(state: State) -> list[Value] | None:
        value = source(state)
        if value is None:
            return None
        found = _parts(value)
        for item in found if deep else ():  # the list grows as it is walked
            state[0].spend(1)
            found.extend(_parts(item))
        return found

    return run


def _parts(value: Value) -> list[Value]:
    if isinstance(value, Element):
        return value.children()
    if isinstance(value, Tuple):
        return [
            item for part in value.values() for item in (part if isinstance(part, list) else [part]) if item is not None
        ]
    return [item for item in value if item is not None] if isinstance(value, list) else []
